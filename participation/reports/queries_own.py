"""What one person reported and follows, what reports hold of them, and what the city told them."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Select, Uuid, bindparam, func, or_, select, tuple_

from participation.reports.models import ExactPlace, Report, ReportEntry, ReportFollow
from participation.reports.queries import (
    CARD,
    PAGE,
    C,
    ReportCard,
    card_of,
    further_photos,
    open_to,
)
from services.db import Session

Whose = Literal["made", "followed"]
PERSON = bindparam("person", type_=Uuid)
F = ReportFollow.__table__.c
# So long an answer is told as new to who has not read it.
RECENT = timedelta(days=7)
NEWEST_AT = func.max(ReportEntry.at)
# Whatever became of them: what is hidden from others is still its reporter's.
MADE = select(*CARD).where(C.reporter_id == PERSON)
FOLLOWED = (
    select(*CARD)
    .join_from(ReportFollow.__table__, Report.__table__, F.report_id == C.id)
    .where(F.person_id == PERSON, C.reporter_id.is_distinct_from(PERSON), open_to(PERSON))
)


class Answered(msgspec.Struct, frozen=True):
    """The newest word of the city on a report a person follows."""

    id: UUID
    title: str
    status: str
    at: datetime


def answered(session: Session, person_id: UUID, since: datetime, limit: int = 3) -> list[Answered]:
    """Return which followed reports the city answered after `since`, newest first.

    An answer that the person has read is none of them.
    """
    rows = session.execute(_unread(person_id, since).order_by(NEWEST_AT.desc()).limit(limit))
    return [Answered(*row) for row in rows]


def unread_until(
    session: Session, person_id: UUID | None, report_id: UUID, since: datetime
) -> datetime | None:
    """Return when the city said of a report what `answered` tells the person; None: nothing."""
    if person_id is None:
        return None
    row = session.execute(_unread(person_id, since).where(Report.id == report_id)).first()
    return Answered(*row).at if row else None


def _unread(person_id: UUID, since: datetime) -> Select[UUID, str, str, datetime]:
    return (
        select(Report.id, Report.title, Report.status, NEWEST_AT)
        .join(ReportFollow, ReportFollow.report_id == Report.id)
        .join(ReportEntry, ReportEntry.report_id == Report.id)
        .where(ReportFollow.person_id == person_id, ReportEntry.at > since)
        # What was said before is no news to who follows since.
        .where(ReportEntry.at >= ReportFollow.since)
        .where(or_(ReportFollow.read_until.is_(None), ReportEntry.at > ReportFollow.read_until))
        .where(ReportEntry.kind == "answer", ReportEntry.public)
        .where(ReportEntry.actor_id.is_distinct_from(person_id))
        # What is hidden now is told to its reporter alone.
        .where(open_to(person_id))
        .group_by(Report.id, Report.title, Report.status)
    )


def reports_of(
    session: Session, person_id: UUID, whose: Whose, after: UUID | None = None
) -> tuple[list[ReportCard], str | None]:
    """Return a page of what a person made, or follows of others', and the cursor of the next page.

    The newest come first, or what was followed last; `after` is the last report of the page before.
    """
    query, when, key = (MADE, C.opened_at, C.id)
    if whose == "followed":
        query, when, key = (FOLLOWED, F.since, F.report_id)
    given: dict[str, Any] = {"person": person_id}
    if after is not None:
        last = query.with_only_columns(when, key).where(key == after)
        if (place := session.connection().execute(last, given).first()) is not None:
            query = query.where(tuple_(when, key) < tuple_(*place))
    rows = session.connection().execute(
        query.order_by(when.desc(), key.desc()).limit(PAGE + 1), given
    )
    cards = [card_of(row) for row in rows.all()]
    return cards[:PAGE], cards[PAGE - 1].id if len(cards) > PAGE else None


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return all that reports hold of a person, as plain values."""
    reports = session.scalars(select(Report).where(Report.reporter_id == person_id)).all()
    further = further_photos(session, [r.id for r in reports])
    places = select(ExactPlace).join(Report, Report.id == ExactPlace.report_id)
    exact = {
        one.report_id: one for one in session.scalars(places.where(Report.reporter_id == person_id))
    }
    follows = session.scalars(select(ReportFollow).where(ReportFollow.person_id == person_id)).all()
    own = [_plain(r, exact.get(r.id, r), further.get(r.id, [])) for r in reports]
    return {
        "reports": own,
        "entries": _entries(session, person_id),
        "follows": [str(one.report_id) for one in follows],
        "read": [
            {"report": str(one.report_id), "until": one.read_until.isoformat()}
            for one in follows
            if one.read_until is not None
        ],
    }


def _entries(session: Session, person_id: UUID) -> list[dict[str, str | None]]:
    """Return every step a person took on a report, their own or another's, with their words."""
    mine = select(ReportEntry).where(ReportEntry.actor_id == person_id)
    return [
        {
            "report": str(one.report_id),
            "kind": one.kind,
            "status": one.status,
            "text": one.text,
            "at": one.at.isoformat(),
        }
        for one in session.scalars(mine.order_by(ReportEntry.at, ReportEntry.id))
    ]


def _plain(r: Report, spot: Report | ExactPlace, further: list[str]) -> dict[str, Any]:
    return {
        "id": str(r.id),
        "text": r.text,
        "answer": r.answer,
        "category": r.category,
        "status": r.status,
        "lat": spot.lat,
        "lon": spot.lon,
        "place": spot.place,
        "photos": [*filter(None, [r.photo_hash]), *further],
        "opened_at": r.opened_at.isoformat(),
    }
