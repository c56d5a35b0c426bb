"""Who wants letters, and what a letter says."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from participation.reports.models import ReportFollow
from participation.reports.telling.models import LettersStopped
from services.db import Session
from services.db.keys import among


def wants_letters(session: Session, person_id: UUID) -> bool:
    """Say whether letters of reports may come to a person; they do until that is stopped."""
    return session.get(LettersStopped, person_id) is None


def wanting_letters(session: Session, people: Iterable[UUID]) -> list[UUID]:
    """Return those of `people` to whom letters may come."""
    wanted = list(people)
    these = among(LettersStopped.person_id.expression, wanted)
    none = set(session.scalars(select(LettersStopped.person_id).where(these)))
    return [person_id for person_id in wanted if person_id not in none]


def follows(session: Session, report_id: UUID, person_id: UUID) -> bool:
    """Say whether a person hears of a report."""
    return session.get(ReportFollow, (report_id, person_id)) is not None


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return since when a person wants no letters; None while they may come."""
    row = session.get(LettersStopped, person_id)
    return {"letters_stopped": [{"since": row.since.isoformat()}] if row else []}
