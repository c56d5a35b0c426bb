"""Promises kept: public figures by body, kind and month, and the sums of each.

A report counts by the first day it was promised for, and by the settling that lasted: neither a
promise made anew after a dispute nor a settling that was no settling makes a broken word whole, and
no word said after it was settled breaks one that was kept.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Integer, Select, and_, bindparam, case, func, select

from participation.reports.models import Report, ReportUnpromised
from participation.reports.routing.models import Body, Team
from participation.reports.rules import ENDED, PUBLIC, Category
from services.db import Moment, Session
from services.db.plans import unsought

MONTHS = 12
# How many months a page can show; the longest is for the past years of another city.
SPANS = (12, 24, 72)
NOBODY = "none"
SHOWN = tuple(s.value for s in PUBLIC)
OVER = tuple(s.value for s in ENDED)
R, T, B = Report.__table__, Team.__table__, Body.__table__
U = ReportUnpromised.__table__
C = R.c
BODIES = select(T.c.id, B.c.name).join(B, B.c.id == T.c.body_id)


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


class Cell(msgspec.Struct, frozen=True):
    """What one body did in one kind of the reports told in one month; `body` "" is nobody."""

    body: str
    category: str
    month: str
    tally: Tally


class Line(msgspec.Struct, frozen=True):
    """A row of figures: `key` is a month as "2026-11", a category, or a body."""

    key: str
    tally: Tally


class Row(msgspec.Struct, frozen=True):
    """A kind with its figures month by month, oldest first, and all of them together."""

    category: str
    months: list[Tally]
    total: Tally


class Scope(msgspec.Struct, frozen=True):
    """What figures are asked for: `months` up to `until` ("2026-11"); empty texts for all.

    `body` is a body's name, NOBODY for what none has; `source` who told of the reports.
    """

    until: str
    months: int = MONTHS
    body: str = ""
    source: str = ""


class Numbers(msgspec.Struct, frozen=True):
    """The months asked for; each report counts in the month it was told in.

    `cells` hold every body; all else is of the body that was asked for.
    """

    asked: Scope
    cells: list[Cell]
    months: list[Line]
    categories: list[Line]
    bodies: list[Line]
    table: list[Row]
    total: Tally
    at: datetime


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0), type_=Integer), 0)


@lru_cache(maxsize=8)
def _counts(months: int, *, of_source: bool) -> Select[Any]:
    """Return the select of the tallies by team, kind and number of the month, `edge_0` the first.

    A report whose city promised nothing is told of and keeps and breaks nothing. Which body a team
    is of is looked up for each sum, not for each report.
    """
    edges = [bindparam(f"edge_{n}", type_=Moment()) for n in range(months + 1)]
    month = case(*((edges[n + 1] > C.opened_at, n) for n in range(months)), else_=months)
    promised = U.c.report_id.is_(None)
    now = bindparam("now", type_=Moment())
    inner = (
        select(
            C.team_id,
            C.category,
            month.label("month"),
            and_(promised, C.ended_at.is_not(None)).label("settled"),
            and_(promised, C.ended_at <= C.promised_at).label("in_time"),
            and_(promised, C.status.not_in(OVER), C.promised_at < now).label("late"),
        )
        .select_from(R.join(U, U.c.report_id == C.id, isouter=True))
        .where(C.status.in_(SHOWN), unsought(C.merged_into).is_(None))
        .where(C.opened_at >= edges[0], C.opened_at < edges[-1])
    )
    if of_source:
        inner = inner.where(C.source == bindparam("source"))
    told = inner.subquery().c
    by = (told.team_id, told.category, told.month)
    sums = (_count(told.settled), _count(told.in_time), _count(told.late))
    return select(*by, func.count(), *sums).group_by(*by)


def numbers(session: Session, zone: ZoneInfo, asked: Scope, *, at: datetime) -> Numbers:
    """Return the figures of the calendar months of the city's zone that are asked for.

    Raises ValueError for a month that is none, or another number of months than SPANS has.
    """
    return told_of(cells_of(session, zone, asked, at=at), zone, asked, at)


def cells_of(session: Session, zone: ZoneInfo, asked: Scope, *, at: datetime) -> list[Cell]:
    """Count every report of the months and the source that are asked for, of whatever body.

    Raises ValueError as `numbers` does.
    """
    names, edges = _months(asked, zone)
    given: dict[str, Any] = {f"edge_{n}": edge for n, edge in enumerate(edges)}
    given |= {"now": at} | ({"source": asked.source} if asked.source else {})
    counts = _counts(asked.months, of_source=bool(asked.source))
    connection = session.connection()
    bodies = dict(connection.execute(BODIES).all())
    sums: dict[tuple[str, str, str], Tally] = {}
    for team, kind, month, *n in connection.execute(counts, given):
        key = (bodies.get(team, ""), kind, names[month])
        sums[key] = sums.get(key, Tally()).plus(Tally(*map(int, n)))
    return [Cell(*key, tally) for key, tally in sorted(sums.items(), key=lambda item: item[0])]


def told_of(cells: list[Cell], zone: ZoneInfo, asked: Scope, at: datetime) -> Numbers:
    """Return what is asked for out of what was counted at that moment; raises as `numbers` does."""
    names, _ = _months(asked, zone)
    wanted = "" if asked.body == NOBODY else asked.body
    shown = [cell for cell in cells if not asked.body or cell.body == wanted]
    kinds = [category.value for category in Category]
    return Numbers(
        asked=asked,
        cells=cells,
        months=_lines(shown, names, lambda cell: cell.month),
        categories=_lines(shown, kinds, lambda cell: cell.category),
        bodies=_lines(cells, sorted({cell.body for cell in cells}), lambda cell: cell.body),
        table=_table(shown, kinds, names),
        total=_sum(cell.tally for cell in shown),
        at=at,
    )


def sources(session: Session) -> list[str]:
    """Return by whom reports were told, other systems and cities, by name."""
    found: list[str] = []
    while True:
        # One step in the index for each name, however many reports it has.
        following = select(func.min(C.source)).where(C.source > (found[-1] if found else ""))
        name = session.scalar(following)
        if name is None:
            return found
        found.append(name)


def _lines(cells: list[Cell], keys: Iterable[str], of: Callable[[Cell], str]) -> list[Line]:
    sums = dict.fromkeys(keys, Tally())
    for cell in cells:
        sums[of(cell)] = sums[of(cell)].plus(cell.tally)
    return [Line(key, tally) for key, tally in sums.items()]


def _table(cells: list[Cell], kinds: list[str], months: list[str]) -> list[Row]:
    """Return the kinds that were told of, each month by month."""
    by = {(cell.category, cell.month): Tally() for cell in cells}
    for cell in cells:
        by[cell.category, cell.month] = by[cell.category, cell.month].plus(cell.tally)
    told = [kind for kind in kinds if any(kind == category for category, _ in by)]
    found = [(kind, [by.get((kind, month), Tally()) for month in months]) for kind in told]
    return [Row(kind, tallies, _sum(tallies)) for kind, tallies in found]


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total = total.plus(tally)
    return total


def _months(asked: Scope, zone: ZoneInfo) -> tuple[list[str], list[datetime]]:
    """Return the months by name, oldest first, and the instants at which they begin and end."""
    if asked.months not in SPANS:
        raise ValueError(f"{asked.months} months")
    last = datetime.strptime(asked.until, "%Y-%m").replace(tzinfo=zone)
    count = last.year * 12 + last.month - 1
    numbered = range(count - asked.months + 1, count + 2)
    firsts = [(n // 12, n % 12 + 1) for n in numbered]
    names = [f"{year:04d}-{month:02d}" for year, month in firsts[:-1]]
    return names, [datetime(year, month, 1, tzinfo=zone) for year, month in firsts]
