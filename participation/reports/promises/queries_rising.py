"""Which reports rise: their promise nears its end, or people wait there for a word."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import String, and_, cast, func, or_, select, union

from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.rules import CROWD, ENDED, Status
from services.db import Session

AT_ONCE = 200
# What was promised longer ago, in another system perhaps, is late and no surprise to anyone.
LONG_AGO = timedelta(days=14)
# What nobody looked at yet is in the public's eyes no report, and nobody waits there.
WAITING = tuple(s.value for s in Status if s not in ENDED and s is not Status.HELD)
PEOPLE = ("resident", "reporter")
# How a story begins, and what was said of work done, are no words that wait for an answer.
NO_WORDS = ("opened", "rated", "withdrawn")
RISING = and_(Report.status.in_(WAITING), Report.escalated_at.is_(None))


def near_their_day(session: Session, at: datetime) -> list[UUID]:
    """Return what waits and is as near the end of its promise as its length allows."""
    found = (
        select(Report.id)
        .where(RISING, Report.rises_at <= at, Report.due_at >= at - LONG_AGO)
        .order_by(Report.due_at, Report.id)
    )
    return list(session.scalars(found.limit(AT_ONCE)))


def crowded(session: Session) -> list[UUID]:
    """Return what waits where ten people or more spoke or joined since the city's last word.

    Each person counts once, whatever they said; words from other systems count each by itself.
    """
    heard = (
        select(ReportEntry.report_id, func.max(ReportEntry.at).label("at"))
        .join(Report, Report.id == ReportEntry.report_id)
        .where(RISING, ReportEntry.public, ReportEntry.role == "staff")
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
        open_ones = voices.join(Report, Report.id == key).where(RISING)
        parts.append(open_ones.outerjoin(heard, heard.c.report_id == key))
    each = union(*parts).subquery()
    found = select(each.c.report_id).group_by(each.c.report_id).having(func.count() >= CROWD)
    return list(session.scalars(found.limit(AT_ONCE)))
