"""What a domain hands to the application. `app.py` is the only caller of every `register`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from flask import Blueprint

from services.auth import Actor
from services.config import Settings
from services.db import Session
from services.jobs import Job
from services.letters_in import Letter
from services.maps import Town
from services.outbox import Subscriptions

Identify = Callable[[Session, Mapping[str, str], datetime], Actor | None]


@dataclass(frozen=True)
class MenuEntry:
    """A place in the frame: `area` is "resident" or "console", `role` who sees it (None: all).

    Where `whole` is true, those whose work is bound to a part do not see it.
    """

    area: str
    label: str
    path: str
    icon: str
    order: int
    role: str | None = None
    whole: bool = False


@dataclass(frozen=True)
class BoundKind:
    """What a role can be bound to: `choices` names all there are by id."""

    kind: str
    label: str
    choices: Callable[[Session], Mapping[UUID, str]]


@dataclass(frozen=True)
class Holding:
    """How a person reads of what one domain holds of them; all but the icon are message ids.

    `shown` names the parts of the domain's export a person is told: a text as it is, a list by
    how many it holds.
    """

    icon: str
    title: str
    seen_by: str
    kept: str
    shown: Mapping[str, str]


@dataclass(frozen=True)
class PrivacyHook:
    """How one domain hands out and erases what it holds of a person, and how it says so."""

    name: str
    holding: Holding
    tables: frozenset[str]
    export: Callable[[Session, UUID], dict[str, Any]]
    erase: Callable[[Session, UUID, datetime], None]


@dataclass(frozen=True)
class Purpose:
    """What a person may allow and take back. Texts are message ids; a new text, a new version.

    `given_by` is the endpoint whose success is itself the person's yes; `setup_url` the page
    where a yes becomes something. `held(session, person_id)` counts what is kept for it, and
    `on_withdraw` deletes all of that.
    """

    key: str
    title: str
    text: str
    to_whom: str
    until: str
    text_version: int
    held: Callable[[Session, UUID], int]
    on_withdraw: Callable[[Session, UUID, datetime], None]
    given_by: str = ""
    setup_url: str = ""


@dataclass(frozen=True)
class SignedOut:
    """A person's sign-in that ended before its time; `elsewhere`: all of theirs but that one.

    `goes_on` is the sign-in of the same browser that took its place: nothing ends there.
    """

    person_id: UUID
    sign_in_id: UUID
    elsewhere: bool = False
    goes_on: UUID | None = None


@dataclass(frozen=True)
class Held:
    """A notice to a person that is about to ring: what it says, and the keys it was told upon."""

    person_id: UUID
    keys: Sequence[UUID]
    title: str
    body: str


# Returns a notice as it is to ring at that moment, None where it is to ring no more.
Weigh = Callable[[Session, Held, datetime], Held | None]


@dataclass(frozen=True)
class HomeCard:
    """One sentence, one figure, one act.

    `about` are somebody's own words within the sentence; `away` is where the card is taken away,
    as read `until`.
    """

    sentence: str
    figure: str
    action_label: str
    url: str
    kind: str
    about: str = ""
    away: str = ""
    until: str = ""


@dataclass(frozen=True)
class Spot:
    """A place that matters to someone, by the name they gave it; WGS84 degrees, metres around."""

    label: str
    lat: float
    lon: float
    radius_m: int


@dataclass(frozen=True)
class Room:
    """A kind of realtime room: who may join those whose name begins with `prefix`."""

    prefix: str
    may_join: Callable[[Session, Actor, str], bool]


@dataclass(frozen=True)
class Stuck:
    """Something that waits for an operator: what it is, why, and the page where it is mended."""

    title: str
    reason: str
    url: str
    since: datetime


@dataclass
class Registry:
    """Filled once at start, read by those who compose what they do not import.

    `offers` are answers one domain has for others, by "domain.name": whoever asks says in its own
    words (a Protocol) what it needs of them.
    """

    settings: Settings = field(default_factory=Settings)
    offers: dict[str, Callable[..., Any]] = field(default_factory=dict)
    blueprints: list[Blueprint] = field(default_factory=list)
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    jobs: list[Job] = field(default_factory=list)
    menu: list[MenuEntry] = field(default_factory=list)
    privacy: list[PrivacyHook] = field(default_factory=list)
    purposes: list[Purpose] = field(default_factory=list)
    # What hangs on a sign-in ends or goes on with it, in the same transaction.
    signed_out: list[Callable[[Session, SignedOut, datetime], None]] = field(default_factory=list)
    # Whoever tells notices that may have to ring no more says so here, by the kind of their ground.
    weighs: dict[str, Weigh] = field(default_factory=dict)
    cli: list[click.Command] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    home_cards: list[Callable[[Session, Actor, datetime], list[HomeCard]]] = field(
        default_factory=list
    )
    home_places: list[Callable[[Session, Actor], list[Spot]]] = field(default_factory=list)
    # What there is of late around a spot, or in the whole city where it is None; at most so many.
    home_lists: list[Callable[[Session, Spot | None, int], list[Any]]] = field(default_factory=list)
    home_decisions: list[Callable[[Session, Actor], HomeCard | None]] = field(default_factory=list)
    seeds: list[Callable[[Session, Town, datetime], None]] = field(default_factory=list)
    pictures: list[Callable[[Session, Actor, str], bool]] = field(default_factory=list)
    held_pictures: list[Callable[[Session, Sequence[str], datetime], set[str]]] = field(
        default_factory=list
    )
    stuck: list[Callable[[Session], list[Stuck]]] = field(default_factory=list)
    onward: list[Callable[..., str]] = field(default_factory=list)
    bounds: list[BoundKind] = field(default_factory=list)
    identify: Identify | None = None
    letters: Callable[[Letter], None] | None = None

    def offered(self, name: str) -> Callable[..., Any]:
        """Return an answer another domain offers; LookupError if none of those before does."""
        if name not in self.offers:
            raise LookupError(f"no domain that was registered so far offers {name}")
        return self.offers[name]

    def menu_for(self, actor: Actor, area: str) -> list[MenuEntry]:
        """Return the entries of `area` this actor may open, in order."""
        mine = [m for m in self.menu if m.area == area and (m.role is None or actor.may(m.role))]
        mine = [m for m in mine if not (m.whole and actor.bounded)]
        return sorted(mine, key=lambda entry: entry.order)
