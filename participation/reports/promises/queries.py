"""Promises kept: public figures by month and kind.

A report counts by the first day it was promised for, and by the settling that lasted: neither a
promise made anew after a dispute nor a settling that was no settling makes a broken word whole, and
no word said after it was settled breaks one that was kept.
"""

from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Integer, String, and_, bindparam, case, func, or_, select

from participation.reports.models import Report
from participation.reports.routing.models import Body, Team
from participation.reports.rules import PUBLIC, Category
from services.db import Moment, Session

MONTHS = 12
SHOWN = tuple(s.value for s in PUBLIC)
C = Report.__table__.c
NOW = bindparam("now", type_=Moment())


class Tally(msgspec.Struct, frozen=True):
    """Reports told of, settled, settled by the promised day, and waiting past it."""

    told: int = 0
    settled: int = 0
    in_time: int = 0
    late: int = 0

    @property
    def kept(self) -> float | None:
        """Return the share of settled reports that kept their promise; None without any."""
        return self.in_time / self.settled if self.settled else None

    def plus(self, other: "Tally") -> "Tally":
        return Tally(
            self.told + other.told,
            self.settled + other.settled,
            self.in_time + other.in_time,
            self.late + other.late,
        )


class Line(msgspec.Struct, frozen=True):
    """A row of figures: `key` is a month as "2026-11" or a category."""

    key: str
    tally: Tally


class Numbers(msgspec.Struct, frozen=True):
    """Twelve months up to now; each report counts in the month it was told in."""

    months: list[Line]
    categories: list[Line]
    bodies: list[Line]
    total: Tally
    at: datetime


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0), type_=Integer), 0)


def _counts(by: Any, source: Any) -> Any:
    """Return the select of the tallies of [since, before), one row for each value of `by`."""
    told = C.opened_at
    return (
        select(
            by,
            func.count(),
            _count(C.ended_at.is_not(None)),
            _count(C.ended_at <= C.promised_at),
            _count(and_(C.ended_at.is_(None), C.promised_at < NOW)),
        )
        .select_from(source)
        .where(C.status.in_(SHOWN), C.merged_into.is_(None))
        .where(told >= bindparam("since", type_=Moment()))
        .where(told < bindparam("before", type_=Moment()))
        .where(or_(bindparam("source", type_=String).is_(None), C.source == bindparam("source")))
        .group_by(by)
    )


R, T, B = Report.__table__, Team.__table__, Body.__table__
COUNTS = _counts(C.category, R)
OWNED = R.join(T, T.c.id == C.team_id, isouter=True).join(B, B.c.id == T.c.body_id, isouter=True)
BODY_COUNTS = _counts(func.coalesce(B.c.name, ""), OWNED)


def counted(
    session: Session,
    since: datetime,
    before: datetime,
    *,
    at: datetime,
    source: str | None = None,
) -> dict[str, Tally]:
    """Return the tallies by kind of what was told in [since, before), of one source or of all."""
    given = {"since": since, "before": before, "now": at, "source": source}
    rows = session.connection().execute(COUNTS, given).all()
    return {category: Tally(*map(int, counts)) for category, *counts in rows}


def numbers(session: Session, zone: ZoneInfo, *, at: datetime) -> Numbers:
    """Return the figures of the last twelve calendar months of the city's zone."""
    by_month: list[Line] = []
    by_kind = {category.value: Tally() for category in Category}
    for first, following in _months(at, zone):
        found = counted(session, first, following, at=at)
        by_month.append(Line(f"{first.year}-{first.month:02d}", _sum(found.values())))
        for category, tally in found.items():
            by_kind[category] = by_kind[category].plus(tally)
    year = _months(at, zone)
    given = {"since": year[0][0], "before": year[-1][1], "now": at, "source": None}
    owned = session.connection().execute(BODY_COUNTS, given).all()
    bodies = [Line(name, Tally(*map(int, counts))) for name, *counts in sorted(owned)]
    kinds = [Line(category, tally) for category, tally in by_kind.items()]
    return Numbers(by_month, kinds, bodies, _sum(line.tally for line in kinds), at)


def _sum(tallies: Any) -> Tally:
    total = Tally()
    for tally in tallies:
        total = total.plus(tally)
    return total


def _months(at: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Return the first instants of twelve months and of those after them, newest last."""
    local = at.astimezone(zone)
    count = local.year * 12 + local.month - 1
    edges = [
        datetime((count - back) // 12, (count - back) % 12 + 1, 1, tzinfo=zone)
        for back in range(MONTHS - 1, -2, -1)
    ]
    return list(pairwise(edges))
