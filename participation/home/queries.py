"""What there is of late near a person, put together from what the domains hand over."""

from typing import Any

import msgspec

from services.auth import Actor
from services.db import Session
from services.registry import HomeCard, Registry, Spot

MOST_PLACES, A_PLACE, IN_THE_CITY = 3, 3, 6
HERE_M = 1000


class Near(msgspec.Struct, frozen=True):
    """What is told of one spot; `label` is the person's own name for it."""

    label: str
    reports: list[Any]


def cards_of(session: Session, registry: Registry, actor: Actor, at: Any) -> list[HomeCard]:
    """Return what waits for a person, an alarm before all else."""
    cards = [card for source in registry.home_cards for card in source(session, actor, at)]
    return sorted(cards, key=lambda card: card.kind != "alarm")


def kept(cards: list[HomeCard]) -> str:
    """Return for how long a browser may keep the page with these cards (Cache-Control).

    The way back leads here from what a card told of: it is not to be shown once it was read.
    """
    return "private, no-store" if any(card.away for card in cards) else "private, no-cache"


def near_places(session: Session, registry: Registry, actor: Actor) -> list[Near]:
    """Return what there is around the places a person follows, each report once."""
    spots = [spot for source in registry.home_places for spot in source(session, actor)]
    seen: set[str] = set()
    found = []
    for spot in spots[:MOST_PLACES]:
        fresh = [
            r for r in _listed(session, registry, spot, A_PLACE + len(seen)) if r.id not in seen
        ]
        found.append(Near(spot.label, fresh[:A_PLACE]))
        seen |= {report.id for report in fresh[:A_PLACE]}
    return found


def near_here(session: Session, registry: Registry, lat: float, lon: float) -> list[Any]:
    """Return what there is within a kilometre or so of a place (degrees)."""
    return _listed(session, registry, Spot("", lat, lon, HERE_M), IN_THE_CITY)


def in_the_city(session: Session, registry: Registry) -> list[Any]:
    return _listed(session, registry, None, IN_THE_CITY)


def decision_of(session: Session, registry: Registry, actor: Actor) -> HomeCard | None:
    """Return one thing the city decided of late, if there is any."""
    found = (source(session, actor) for source in registry.home_decisions)
    return next((one for one in found if one is not None), None)


def _listed(session: Session, registry: Registry, spot: Spot | None, most: int) -> list[Any]:
    return [one for source in registry.home_lists for one in source(session, spot, most)][:most]
