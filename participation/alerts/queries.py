"""What is read of followed places, for the one whose they are."""

from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, func, select

from participation.alerts.models import Alert, AlertHit, AlertTimes
from participation.alerts.rules import DIGEST_HOUR, Kind, Way
from services import push
from services.db import Session
from services.db.keys import among
from services.registry import Spot

LATELY = 10


class Followed(msgspec.Struct, frozen=True):
    """Something a person follows, as their own list shows it."""

    id: str
    kind: str
    label: str
    radius_m: int | None
    ward: str
    words: str
    categories: list[str]
    way: str
    active: bool
    found: int


class Times(msgspec.Struct, frozen=True):
    """Quiet hours as minutes since midnight (None: none) and the hour of the daily digest."""

    quiet_from: int | None = None
    quiet_to: int | None = None
    digest_hour: int = DIGEST_HOUR


class Find(msgspec.Struct, frozen=True):
    """A report that was found for a person, and the name of what found it."""

    report_id: UUID
    label: str
    found_at: datetime


def codes(kept: str) -> list[str]:
    """Return the category codes of an alert's row."""
    return [code for code in kept.split(",") if code]


def alerts_of(person_id: UUID) -> Select[UUID]:
    """Return the query for the ids of all a person ever followed and was not forgotten yet."""
    return select(Alert.id).where(Alert.person_id == person_id)


def followed_by(session: Session, person_id: UUID) -> list[Followed]:
    """Return what a person follows, oldest first."""
    found = select(AlertHit.alert_id, func.count().label("n")).group_by(AlertHit.alert_id)
    counted = found.where(AlertHit.alert_id.in_(alerts_of(person_id))).subquery()
    rows = session.execute(
        select(Alert, func.coalesce(counted.c.n, 0))
        .outerjoin(counted, counted.c.alert_id == Alert.id)
        .where(Alert.person_id == person_id, Alert.removed_at.is_(None))
        .order_by(Alert.since, Alert.id)
    )
    return [_followed(alert, n) for alert, n in rows]


def _followed(one: Alert, found: int) -> Followed:
    return Followed(
        id=str(one.id),
        kind=one.kind,
        label=one.label,
        radius_m=one.radius_m,
        ward=one.ward or "",
        words=one.words or "",
        categories=codes(one.categories),
        way=one.way,
        active=one.active,
        found=found,
    )


def spots_of(session: Session, person_id: UUID) -> list[Spot]:
    """Return the circles a person follows, oldest first, for their own pages alone."""
    rows = session.execute(
        select(Alert.label, Alert.lat, Alert.lon, Alert.radius_m)
        .where(Alert.person_id == person_id, Alert.kind == Kind.CIRCLE.value)
        .where(Alert.removed_at.is_(None), Alert.active)
        .order_by(Alert.since, Alert.id)
    )
    return [
        Spot(row.label, row.lat, row.lon, row.radius_m)
        for row in rows
        if row.lat is not None and row.lon is not None and row.radius_m is not None
    ]


def count_of(session: Session, person_id: UUID) -> int:
    """Return how many alerts a person has."""
    mine = select(func.count()).where(Alert.person_id == person_id, Alert.removed_at.is_(None))
    return session.scalar(mine) or 0


def times_of(session: Session, people: list[UUID]) -> dict[UUID, Times]:
    """Return the times of each person among `people` who chose some."""
    wanted = among(AlertTimes.person_id.expression, people)
    rows = session.scalars(select(AlertTimes).where(wanted))
    digests = {row.person_id: row.digest_hour for row in rows}
    quiet = push.quiet_hours_of(session, people)
    return {
        one: Times(*quiet.get(one, push.Hours()), digests.get(one, DIGEST_HOUR))
        for one in digests.keys() | quiet.keys()
    }


def lately_found(session: Session, person_id: UUID) -> list[Find]:
    """Return what was found and told to a person last, each report once."""
    rows = session.execute(
        select(AlertHit.report_id, Alert.label, AlertHit.found_at)
        .join(Alert, Alert.id == AlertHit.alert_id)
        .where(Alert.person_id == person_id, AlertHit.told_at.is_not(None))
        .order_by(AlertHit.found_at.desc(), AlertHit.report_id, AlertHit.alert_id)
        .limit(LATELY * 2)
    )
    once: dict[UUID, Find] = {}
    for row in rows:
        once.setdefault(row.report_id, Find(*row))
    return list(once.values())[:LATELY]


def due_people(session: Session, at: datetime, most: int) -> list[UUID]:
    """Return who is to be told now, whoever waits longest first.

    As many as have `most` hits together, or one who alone has more: what is told together must
    not be cut, and a turn must end.
    """
    first = func.min(AlertHit.due_at)
    rows = session.execute(
        select(Alert.person_id, func.count())
        .select_from(AlertHit)
        .join(Alert, Alert.id == AlertHit.alert_id)
        .where(*_due(at))
        .group_by(Alert.person_id)
        .order_by(first, Alert.person_id)
        .limit(most)
    ).all()
    people, counts = zip(*rows, strict=True) if rows else ((), ())
    fitting = sum(together <= most for together in accumulate(counts))
    return list(people[: max(1, fitting)])


def due_hits(session: Session, at: datetime, people: list[UUID]) -> list[AlertHit]:
    """Return all hits of these people whose time has come, of alerts still wanted, oldest first."""
    # Asked of each hit that is due: through their alerts all they were ever told would be read.
    rows = session.scalars(
        select(AlertHit)
        .join(Alert, Alert.id == AlertHit.alert_id)
        .where(*_due(at), among(AlertHit.person_id.expression, people))
        .order_by(AlertHit.due_at, AlertHit.report_id, AlertHit.alert_id)
    )
    return list(rows)


def rings_now(session: Session, report_id: UUID, at: datetime) -> list[AlertHit]:
    """Return the hits of a report that are told by themselves, and now."""
    rows = session.scalars(
        select(AlertHit)
        .join(Alert, Alert.id == AlertHit.alert_id)
        .where(AlertHit.report_id == report_id, AlertHit.way == Way.PUSH, *_due(at))
        .order_by(AlertHit.alert_id)
    )
    return list(rows)


def _due(at: datetime) -> list[ColumnElement[bool]]:
    """Return that a hit's time has come, and that its alert is neither removed nor at rest."""
    return [AlertHit.told_at.is_(None), AlertHit.due_at <= at, *_awake()]


def _awake() -> list[ColumnElement[bool]]:
    return [Alert.active.is_(True), Alert.removed_at.is_(None)]


def finds_of_report(session: Session, person_id: UUID, report_id: UUID) -> list[Find]:
    """Return by which places a report was found that neither rest nor were removed."""
    theirs = AlertHit.alert_id.in_(alerts_of(person_id))
    return _finds(session, AlertHit.report_id == report_id, theirs)


def finds_of_digest(session: Session, person_id: UUID, digest_id: UUID) -> list[Find]:
    """Return what a person was told together, of places that neither rest nor were removed."""
    return _finds(session, AlertHit.digest_id == digest_id, Alert.person_id == person_id)


def _finds(session: Session, *chosen: ColumnElement[bool]) -> list[Find]:
    rows = session.execute(
        select(AlertHit.report_id, Alert.label, AlertHit.found_at)
        .join(Alert, Alert.id == AlertHit.alert_id)
        .where(*chosen, *_awake())
        .order_by(AlertHit.report_id, AlertHit.alert_id)
    )
    return [Find(*row) for row in rows]


def labels_of(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    """Return the names people gave to their alerts."""
    wanted = among(Alert.id.expression, ids)
    rows = session.execute(select(Alert.id, Alert.label).where(wanted))
    return {row.id: row.label for row in rows}


def awake_labels_of(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    """Return the names of those among alerts that neither rest nor were removed."""
    wanted = among(Alert.id.expression, ids)
    awake = select(Alert.id, Alert.label).where(wanted, *_awake())
    return {row.id: row.label for row in session.execute(awake)}


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return all that is kept of what a person follows, as plain values."""
    alerts = session.scalars(select(Alert).where(Alert.person_id == person_id))
    hits = session.scalars(select(AlertHit).where(AlertHit.alert_id.in_(alerts_of(person_id))))
    times = times_of(session, [person_id]).get(person_id)
    return {
        "places": [_exported(one) for one in alerts],
        "found": [{"report": str(h.report_id), "at": h.found_at.isoformat()} for h in hits],
        "times": msgspec.to_builtins(times) if times else {},
    }


def _exported(one: Alert) -> dict[str, Any]:
    place = {"lat": one.lat, "lon": one.lon, "radius_m": one.radius_m}
    return {
        "kind": one.kind,
        "label": one.label,
        **(place if one.kind == Kind.CIRCLE else {}),
        "ward": one.ward,
        "words": one.words,
        "categories": codes(one.categories),
        "way": one.way,
        "active": one.active,
        "since": one.since.isoformat(),
    }
