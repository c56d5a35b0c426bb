"""Which reports rise: their promise nears its end, or people wait there for a word."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select, true, union

from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.rules import CROWD, ENDED, Status
from services.db import Session
from services.db.keys import among

AT_ONCE = 200
# What was promised longer ago, in another system perhaps, is late and no surprise to anyone.
LONG_AGO = timedelta(days=14)
# What nobody looked at yet is in the public's eyes no report, and nobody waits there.
WAITING = tuple(s.value for s in Status if s not in ENDED and s is not Status.HELD)
PEOPLE = ("resident", "reporter")
# How a story begins, and what was said of work done, are no words that wait for an answer.
NO_WORDS = ("opened", "rated", "withdrawn")
RISING = and_(Report.status.in_(WAITING), Report.escalated_at.is_(None))


def take_rising(session: Session, at: datetime) -> list[tuple[Report, str]]:
    """Hold what rises until the transaction ends, and return it with its `why`: first due first.

    `why` is "promise" or "people". What somebody else holds is left to the next turn.
    """
    found = {*near_their_day(session, at), *crowded(session)}
    held = _hold_free(session, found)
    if not held:
        return []
    # Found before it was held: what changed in between is asked for once more, and stands now.
    near = near_their_day(session, at, list(held))
    late = [key for key in crowded(session, list(held)) if key not in near]
    return [(held[key], "promise") for key in near] + [(held[key], "people") for key in late]


def _hold_free(session: Session, keys: set[UUID]) -> dict[UUID, Report]:
    """Read reports anew and hold those that nobody holds, in the one order of `access.hold`.

    Waiting for the others, in whatever order, would make a ring with who waits for these.
    """
    if not keys:
        return {}
    free = select(Report).where(RISING, among(Report.id.expression, list(keys))).order_by(Report.id)
    rows = session.scalars(
        free.with_for_update(skip_locked=True), execution_options={"populate_existing": True}
    )
    return {report.id: report for report in rows}


def near_their_day(
    session: Session, at: datetime, keys: Sequence[UUID] | None = None
) -> list[UUID]:
    """Return what waits and is as near the end of its promise as its length allows.

    First due first; where `keys` are given, of those alone.
    """
    found = (
        select(Report.id)
        .where(_rising(keys), Report.rises_at <= at, Report.due_at >= at - LONG_AGO)
        .order_by(Report.due_at, Report.id)
    )
    return list(session.scalars(found.limit(AT_ONCE)))


def crowded(session: Session, keys: Sequence[UUID] | None = None) -> list[UUID]:
    """Return what waits where ten people or more spoke or joined since the city's last word.

    Each person counts once, whatever they said; words from other systems count each by itself.
    Where `keys` are given, of those alone.
    """
    rising = _rising(keys)
    heard = (
        select(ReportEntry.report_id, func.max(ReportEntry.at).label("at"))
        .join(Report, Report.id == ReportEntry.report_id)
        .where(rising, ReportEntry.public, ReportEntry.role == "staff")
        .group_by(ReportEntry.report_id)
        .subquery()
    )
    joined = select(
        ReportFollow.report_id, cast(ReportFollow.person_id, String).label("voice")
    ).where(
        ReportFollow.person_id.is_distinct_from(Report.reporter_id),
        or_(heard.c.at.is_(None), ReportFollow.since > heard.c.at),
    )
    spoken = select(
        ReportEntry.report_id,
        cast(func.coalesce(ReportEntry.actor_id, ReportEntry.id), String).label("voice"),
    ).where(
        ReportEntry.role.in_(PEOPLE),
        ReportEntry.kind.not_in(NO_WORDS),
        or_(heard.c.at.is_(None), ReportEntry.at > heard.c.at),
    )
    parts = []
    for voices, key in ((joined, ReportFollow.report_id), (spoken, ReportEntry.report_id)):
        open_ones = voices.join(Report, Report.id == key).where(rising)
        parts.append(open_ones.outerjoin(heard, heard.c.report_id == key))
    each = union(*parts).subquery()
    found = select(each.c.report_id).group_by(each.c.report_id).having(func.count() >= CROWD)
    return list(session.scalars(found.limit(AT_ONCE)))


def _rising(keys: Sequence[UUID] | None) -> ColumnElement[bool]:
    return and_(RISING, true() if keys is None else among(Report.id.expression, keys))
