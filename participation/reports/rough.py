"""What is shown to others roughly, and where it really is, for those who work on it."""

from uuid import UUID

from sqlalchemy import delete, select

from participation.reports.models import ExactPlace, Report
from participation.reports.rules import ROUGH, Category
from services.db import Session


def keep_exact(session: Session, report_id: UUID, lat: float, lon: float, place: str) -> None:
    """Keep where a report was told, in degrees and words, that others see somewhere else."""
    session.add(ExactPlace(report_id=report_id, lat=lat, lon=lon, place=place))


def exact_of(session: Session, report: Report) -> ExactPlace | None:
    """Return where a report was told; None where everyone sees that."""
    return session.get(ExactPlace, report.id) if Category(report.category) in ROUGH else None


def spot_of(session: Session, report: Report) -> tuple[float, float]:
    """Return where a report really is, as (lat, lon) in degrees: to decide by, not to show."""
    exact = exact_of(session, report)
    return (report.lat, report.lon) if exact is None else (exact.lat, exact.lon)


def forget_exact(session: Session, person_id: UUID) -> None:
    """Delete where someone told: what is shown roughly is all that stays."""
    theirs = select(Report.id).where(Report.reporter_id == person_id)
    session.execute(delete(ExactPlace).where(ExactPlace.report_id.in_(theirs)))
