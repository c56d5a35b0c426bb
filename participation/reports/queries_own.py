"""What reports hold of one person, and what the city told them lately."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from participation.reports.models import ExactPlace, Report, ReportEntry, ReportFollow
from participation.reports.queries import further_photos, open_to
from services.db import Session


class Answered(msgspec.Struct, frozen=True):
    """The newest word of the city on a report a person follows."""

    id: UUID
    title: str
    status: str
    at: datetime


def answered(session: Session, person_id: UUID, since: datetime, limit: int = 3) -> list[Answered]:
    """Return which followed reports the city answered after `since`, newest first."""
    newest_at = func.max(ReportEntry.at)
    rows = session.execute(
        select(Report.id, Report.title, Report.status, newest_at)
        .join(ReportFollow, ReportFollow.report_id == Report.id)
        .join(ReportEntry, ReportEntry.report_id == Report.id)
        .where(ReportFollow.person_id == person_id, ReportEntry.at > since)
        .where(ReportEntry.kind == "answer", ReportEntry.public)
        .where(ReportEntry.actor_id.is_distinct_from(person_id))
        # What is hidden now is told to its reporter alone.
        .where(open_to(person_id))
        .group_by(Report.id, Report.title, Report.status)
        .order_by(newest_at.desc())
        .limit(limit)
    )
    return [Answered(*row) for row in rows]


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return all that reports hold of a person, as plain values."""
    reports = session.scalars(select(Report).where(Report.reporter_id == person_id)).all()
    further = further_photos(session, [r.id for r in reports])
    places = select(ExactPlace).join(Report, Report.id == ExactPlace.report_id)
    exact = {
        one.report_id: one for one in session.scalars(places.where(Report.reporter_id == person_id))
    }
    follows = select(ReportFollow.report_id).where(ReportFollow.person_id == person_id)
    own = [_plain(r, exact.get(r.id, r), further.get(r.id, [])) for r in reports]
    return {
        "reports": own,
        "entries": _entries(session, person_id),
        "follows": [str(i) for i in session.scalars(follows)],
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
