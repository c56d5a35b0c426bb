"""What reports hold of one person, for that person."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from participation.reports.models import ExactPlace, Report, ReportFollow
from participation.reports.queries import further_photos
from services.db import Session


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
    return {"reports": own, "follows": [str(i) for i in session.scalars(follows)]}


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
