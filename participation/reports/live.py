"""Realtime rooms of reports: who may join, and what each nudge says."""

import re
from uuid import UUID

from participation.reports.access import is_staff, report_for
from participation.reports.models import Report
from services import realtime
from services.auth import Actor
from services.db import Session
from services.errors import DomainError
from services.maps import tile_of
from services.registry import Room

# A map listens to the finest of these that its view needs few rooms of: a street, a city, a land.
ROOM_ZOOMS = (13, 10, 7)
CITY = "reports"
TILE = re.compile(rf"tile:(?:{'|'.join(map(str, ROOM_ZOOMS))})/\d{{1,4}}/\d{{1,4}}")


def may_join_tile(_session: Session, _actor: Actor, room: str) -> bool:
    """The public map is for everyone, as far as there is a map."""
    return TILE.fullmatch(room) is not None


def may_join_report(session: Session, actor: Actor, room: str) -> bool:
    """Who may open a report's page may watch it."""
    try:
        report_for(session, actor, room.removeprefix("report:"))
    except DomainError:
        return False
    return True


def may_join_console(_session: Session, actor: Actor, room: str) -> bool:
    return room == "console" and is_staff(actor)


def may_join_city(_session: Session, _actor: Actor, room: str) -> bool:
    """That something was told somewhere is for everyone; what it was, each reads as they may."""
    return room == CITY


ROOMS = [
    Room(CITY, may_join_city),
    Room("tile:", may_join_tile),
    Room("report:", may_join_report),
    Room("console", may_join_console),
]


def room_of(lon: float, lat: float, zoom: int = ROOM_ZOOMS[0]) -> str:
    """Return the room of the map tile at `zoom` a place lies in."""
    x, y = tile_of(lon, lat, zoom)
    return f"tile:{zoom}/{x}/{y}"


def tell_everyone(session: Session, report: Report) -> None:
    """Let the lists, the maps that show its place and the report's page look again.

    What a room was told is kept for an hour and given to whoever joins late, so it holds nothing
    that a report which is hidden meanwhile would have to take back.
    """
    for zoom in ROOM_ZOOMS:
        realtime.nudge(session, room_of(report.lon, report.lat, zoom), {"kind": "report"})
    realtime.nudge(session, CITY, {"kind": "report"})
    tell_page(session, report.id)


def tell_page(session: Session, report_id: UUID) -> None:
    realtime.nudge(session, f"report:{report_id}", {"kind": "report"})


def tell_staff(session: Session, report_id: str) -> None:
    realtime.nudge(session, "console", {"kind": "report", "id": report_id})
