"""Who has an account and may do what, as operators read it: a page at a time, the team first."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, or_, select, true

from participation.accounts.directory import STAFF, TEAM, bounds_of, one_form
from participation.accounts.models import Person, PersonRole
from participation.accounts.rules import HOME_KEPT, WORD_KEPT, counts
from services.auth import Role
from services.db import Session

Who = Literal["team", "everyone"]
PAGE = 50


class Word(msgspec.Struct, frozen=True):
    """That a provider gave a role: when it last said so, and when the role ends if it never does.

    One that is `old` counts in no sign-in until the provider confirms it.
    """

    role: str
    at: datetime
    ends_at: datetime
    old: bool


class PersonLine(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    roles: list[str]
    bounds: frozenset[tuple[str, UUID]] = frozenset()
    words: list[Word] = []

    @property
    def staff(self) -> bool:
        return Role.OPERATOR not in self.roles and not set(STAFF).isdisjoint(self.roles)

    def lost(self, kind: str, there: Collection[UUID]) -> list[UUID]:
        """Return what of a kind they are bound to and is not among what is `there` any more."""
        return sorted(key for what, key in self.bounds if what == kind and key not in there)


class Sought(msgspec.Struct, frozen=True):
    """Whom an operator looks for, and how far they have read.

    `kept` stays in sight whoever is looked for: an act just took them out of it.
    """

    query: str = ""
    who: Who = "team"
    after: UUID | None = None
    kept: UUID | None = None

    def address(self, **other: Any) -> str:
        """Return the address of this list, or of one that is like it but for `other`."""
        told = msgspec.structs.replace(self, **other)
        given = {"query": told.query, "who": told.who, "after": told.after, "kept": told.kept}
        return f"/console/people/?{urlencode({key: one for key, one in given.items() if one})}"


class PeoplePage(msgspec.Struct, frozen=True):
    """Some people by name, and after whom the next page begins; None where this is the last."""

    people: list[PersonLine]
    after: UUID | None


def page_of(session: Session, sought: Sought, at: datetime) -> PeoplePage:
    """Return people with their roles and who vouches for them, `PAGE` at most."""
    wanted = select(Person.id, Person.display_name).where(Person.erased_at.is_(None), _fits(sought))
    if start := session.get(Person, sought.after) if sought.after else None:
        name, later = Person.display_name, Person.id > start.id
        same = and_(name == start.display_name, later)
        wanted = wanted.where(or_(name > start.display_name, same))
    ordered = wanted.order_by(Person.display_name, Person.id).limit(PAGE + 1)
    names = {row.id: row.display_name for row in session.execute(ordered)}
    shown = list(names)[:PAGE]
    return PeoplePage(_lines(session, shown, names, at), shown[-1] if len(names) > PAGE else None)


def _fits(sought: Sought) -> ColumnElement[bool]:
    """Say of a person whether they are looked for: by how their name begins, or their address."""
    begins = Person.display_name.istartswith(sought.query, autoescape=True)
    found = or_(begins, Person.email == one_form(sought.query)) if sought.query else true()
    if sought.who == "team":
        team = select(PersonRole.person_id).where(PersonRole.role.in_(TEAM))
        found = and_(found, Person.id.in_(team))
    return or_(found, Person.id == sought.kept) if sought.kept else found


def _lines(
    session: Session, ids: list[UUID], names: Mapping[UUID, str], at: datetime
) -> list[PersonLine]:
    held: dict[UUID, list[PersonRole]] = {one: [] for one in ids}
    roles = select(PersonRole).where(PersonRole.person_id.in_(ids)).order_by(PersonRole.role)
    for row in session.scalars(roles):
        held[row.person_id].append(row)
    bounds = bounds_of(session, ids)
    return [
        PersonLine(
            one,
            names[one],
            [each.role for each in held[one]],
            bounds[one],
            [_word(each, each.confirmed_at, at) for each in held[one] if each.confirmed_at],
        )
        for one in ids
    ]


def _word(held: PersonRole, confirmed_at: datetime, at: datetime) -> Word:
    home = held.role == Role.RESIDENT
    ends_at = confirmed_at + (HOME_KEPT if home else WORD_KEPT)
    old = not counts(held.role, held.issuer, held.issuer, confirmed_at, at)
    return Word(held.role, confirmed_at, ends_at, old)
