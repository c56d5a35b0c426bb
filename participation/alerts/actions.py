"""Every way a followed place changes. Of a circle the trail and the events know its id alone."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, or_, update

from participation.alerts.matching import cover
from participation.alerts.models import Alert, AlertCell, AlertHit, AlertTimes
from participation.alerts.queries import Times, alerts_of, count_of
from participation.alerts.rules import MOST_ALERTS, Kind, Way, gram_of
from participation.alerts.telling import due_at, place_tag_of
from services import audit, letters, push
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError, RefusedError


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wants to hear of. `lat`, `lon` in degrees and `radius_m` for a circle."""

    kind: Kind
    label: str
    lat: float | None = None
    lon: float | None = None
    radius_m: int | None = None
    ward: str | None = None
    words: str | None = None
    categories: tuple[str, ...] = ()
    way: Way = Way.PUSH


def follow_place(session: Session, actor: Actor, wish: Wish, *, at: datetime) -> UUID:
    """Let the actor hear of what happens there; return the alert's id.

    Raises ForbiddenError for a stranger, RefusedError above fifty.
    """
    if actor.id is None:
        raise ForbiddenError
    if count_of(session, actor.id) >= MOST_ALERTS:
        raise RefusedError("alerts_full")
    alert = Alert(id=uuid4(), person_id=actor.id, since=at, active=True)
    _take(alert, wish)
    session.add(alert)
    session.flush()
    _lay_cells(session, alert)
    audit.record(session, actor.id, "follow_place", "alert", str(alert.id), at=at)
    return alert.id


def change_alert(session: Session, actor: Actor, alert: Alert, wish: Wish, *, at: datetime) -> None:
    """Let an alert of the actor's be another; what it found and did not tell yet stays."""
    _take(alert, wish)
    session.flush()
    _lay_cells(session, alert)
    audit.record(session, actor.id, "change_alert", "alert", str(alert.id), at=at)


def _take(alert: Alert, wish: Wish) -> None:
    circle = wish.kind is Kind.CIRCLE
    alert.kind, alert.label, alert.way = wish.kind.value, wish.label, wish.way.value
    alert.lat, alert.lon = (wish.lat, wish.lon) if circle else (None, None)
    alert.radius_m = wish.radius_m if circle else None
    alert.ward = wish.ward if wish.kind is Kind.WARD else None
    alert.words = wish.words if wish.kind is Kind.WORDS else None
    alert.gram = gram_of(alert.words) if alert.words else None
    alert.categories = f",{','.join(wish.categories)}," if wish.categories else ""


def _lay_cells(session: Session, alert: Alert) -> None:
    """Keep the squares of a circle that is on, and none of another."""
    session.execute(delete(AlertCell).where(AlertCell.alert_id == alert.id))
    lat, lon, radius = alert.lat, alert.lon, alert.radius_m
    on = alert.active and alert.removed_at is None
    if not on or lat is None or lon is None or radius is None:
        return
    for cell in cover(lat, lon, radius):
        row = AlertCell(alert_id=alert.id, cell=cell, lat=lat, lon=lon, radius_m=radius)
        session.add(row)
    session.flush()


def switch_alert(session: Session, actor: Actor, alert: Alert, *, on: bool, at: datetime) -> None:
    """Let an alert rest, or wake it; doing it twice changes nothing.

    What it had found and would have told while it rested counts as told when it wakes; a letter
    that still waits when it goes to rest names it no more.
    """
    if alert.active == on:
        return
    alert.active = on
    if not on:
        letters.write_anew(session, [place_tag_of(alert.id)], at=at)
    else:
        waited = AlertHit.told_at.is_(None), AlertHit.due_at <= at
        passed = update(AlertHit).where(AlertHit.alert_id == alert.id, *waited)
        session.execute(passed.values(told_at=at))
    _lay_cells(session, alert)
    audit.record(session, actor.id, "switch_alert", "alert", str(alert.id), at=at)


def remove_alert(session: Session, actor: Actor, alert: Alert, *, at: datetime) -> None:
    """Stop following; for ten minutes it can be brought back. No letter names it meanwhile."""
    alert.removed_at = at
    letters.write_anew(session, [place_tag_of(alert.id)], at=at)
    _lay_cells(session, alert)
    audit.record(session, actor.id, "remove_alert", "alert", str(alert.id), at=at)


def restore_alert(session: Session, actor: Actor, alert: Alert, *, at: datetime) -> None:
    """Bring back what was removed a moment ago; raises RefusedError above fifty."""
    if count_of(session, alert.person_id) >= MOST_ALERTS:
        raise RefusedError("alerts_full")
    alert.removed_at = None
    _lay_cells(session, alert)
    audit.record(session, actor.id, "restore_alert", "alert", str(alert.id), at=at)


def set_times(session: Session, actor: Actor, times: Times, zone: str, *, at: datetime) -> None:
    """Keep when the actor is left alone, by every notice, and told once a day; what waits moves
    along.

    `zone` is the city's. Raises ForbiddenError for a stranger.
    """
    if actor.id is None:
        raise ForbiddenError
    row = session.get(AlertTimes, actor.id)
    if row is None:
        row = AlertTimes(person_id=actor.id)
        session.add(row)
    row.digest_hour = times.digest_hour
    hours = push.Hours(times.quiet_from, times.quiet_to)
    push.set_quiet_hours(session, actor.id, hours, at=at)
    _move_waiting(session, actor.id, times, zone, at)
    audit.record(session, actor.id, "set_times", "alert_times", "", at=at)


def _move_waiting(session: Session, person_id: UUID, times: Times, zone: str, at: datetime) -> None:
    awake = alerts_of(person_id).where(Alert.active)
    for way in Way:
        waiting = update(AlertHit).where(
            AlertHit.alert_id.in_(alerts_of(person_id)),
            AlertHit.way == way,
            AlertHit.told_at.is_(None),
            # What passed while its alert rested is not to come again.
            or_(AlertHit.due_at > at, AlertHit.alert_id.in_(awake)),
        )
        session.execute(waiting.values(due_at=due_at(way, times, zone, at)))


def forget_alerts(session: Session, actor: Actor, ids: list[UUID], *, at: datetime) -> None:
    """Delete alerts that nobody can bring back any more, with all they found."""
    for table in (AlertHit, AlertCell):
        session.execute(delete(table).where(table.alert_id.in_(ids)))
    session.execute(delete(Alert).where(Alert.id.in_(ids)))
    for key in ids:
        audit.record(session, actor.id, "forget_alert", "alert", str(key), at=at)


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Delete all that a person follows."""
    mine = alerts_of(person_id)
    session.execute(delete(AlertHit).where(AlertHit.alert_id.in_(mine)))
    session.execute(delete(AlertCell).where(AlertCell.alert_id.in_(mine)))
    session.execute(delete(Alert).where(Alert.person_id == person_id))
    session.execute(delete(AlertTimes).where(AlertTimes.person_id == person_id))
    audit.record(session, None, "erase_person", "alerts", "", at=at)
