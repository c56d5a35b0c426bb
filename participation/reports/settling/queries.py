"""Who is still to be asked whether it is really fixed, and how content people were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from participation.reports.access import has_judged, judged_by, settling_began
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.rules import CONFIRMED, JUDGED, Status
from participation.reports.settling.models import ReportAsking, ReportRating
from services.db import Session
from services.errors import NotFoundError
from services.tokens import hash_of

State = Literal["open", "said", "past"]
# Fewer voices than this are nobody's business but their own.
FEWEST = 5
CONTENT = 4


class Contentment(msgspec.Struct, frozen=True):
    """How many said how content they are, from 1 to 5 on average, and how many said 4 or 5."""

    count: int
    average: float
    content: int


def asking_by(session: Session, token: str) -> ReportAsking:
    """Return the asking a token stands for; raises NotFoundError for one that we never gave."""
    found = session.scalar(select(ReportAsking).where(ReportAsking.token_hash == hash_of(token)))
    if found is None:
        raise NotFoundError
    return found


def state_of(session: Session, asking: ReportAsking, at: datetime) -> State:
    """Say whether a word is awaited, was said, or is asked for no more.

    Who follows the report no longer is asked no more.
    """
    report = session.get_one(Report, asking.report_id)
    entry = session.get_one(ReportEntry, asking.entry_id)
    if at >= asking.expires_at:
        return "past"
    if asking.used_at is not None:
        return "said"
    began = settling_began(session, report.id)
    settled = Status(report.status) in JUDGED and entry.public and report.merged_into is None
    if not settled or (began is not None and entry.at <= began):
        return "past"
    if has_judged(session, asking.person_id, report):
        return "said"
    follows = session.get(ReportFollow, (report.id, asking.person_id)) is not None
    return "open" if follows else "past"


def to_ask(session: Session, report: Report, people: Sequence[UUID]) -> list[UUID]:
    """Return those of `people` who neither were asked about this settling nor spoke of it."""
    began = settling_began(session, report.id)
    asked = (
        select(ReportAsking.person_id)
        .join(ReportEntry, ReportEntry.id == ReportAsking.entry_id)
        .where(ReportAsking.report_id == report.id)
    )
    if began is not None:
        asked = asked.where(ReportEntry.at > began)
    known = judged_by(session, report).union(session.scalars(asked))
    return [p for p in people if p not in known]


def may_rate(session: Session, person_id: UUID | None, report_id: UUID) -> bool:
    """Say whether a person is asked how content they are: once, after a yes."""
    if person_id is None:
        return False
    yes = select(ReportEntry.id).where(
        ReportEntry.report_id == report_id,
        ReportEntry.actor_id == person_id,
        ReportEntry.kind == CONFIRMED,
    )
    rated = select(ReportRating.id).where(
        ReportRating.report_id == report_id, ReportRating.person_id == person_id
    )
    return session.scalar(yes.limit(1)) is not None and session.scalar(rated) is None


def contentment(session: Session) -> Contentment | None:
    """Return how content people are over all reports; None as long as fewer than five said it."""
    content = func.count().filter(ReportRating.score >= CONTENT)
    sums = select(func.count(), func.avg(ReportRating.score), content)
    count, average, many = session.execute(sums).one()
    return Contentment(count, float(average), many) if count >= FEWEST else None


def status_before(session: Session, entry: ReportEntry) -> Status | None:
    """Return the status a report had in public before a step; None for its first."""
    earlier = select(ReportEntry.status).where(
        ReportEntry.report_id == entry.report_id,
        ReportEntry.public,
        ReportEntry.status.is_not(None),
        ReportEntry.at < entry.at,
    )
    found = session.scalar(earlier.order_by(ReportEntry.at.desc()).limit(1))
    return Status(found) if found else None


def last_word(session: Session, report_id: UUID) -> str:
    """Return what the city said last of a report, in public."""
    said = select(ReportEntry.text).where(
        ReportEntry.report_id == report_id, ReportEntry.public, ReportEntry.kind == "answer"
    )
    return session.scalar(said.order_by(ReportEntry.at.desc()).limit(1)) or ""


def export_of(session: Session, person_id: UUID) -> dict[str, object]:
    """Return what a person was asked and how content they said they were."""
    askings = session.scalars(select(ReportAsking).where(ReportAsking.person_id == person_id))
    ratings = session.scalars(select(ReportRating).where(ReportRating.person_id == person_id))
    return {
        "asked": [{"report": str(a.report_id), "at": a.asked_at.isoformat()} for a in askings],
        "ratings": [{"report": str(r.report_id), "score": r.score} for r in ratings],
    }
