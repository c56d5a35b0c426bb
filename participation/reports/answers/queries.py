"""The team's ready answers."""

from uuid import UUID

import msgspec
from sqlalchemy import or_, select

from participation.reports.answers.models import AnswerTemplate
from services.db import Session


class Answer(msgspec.Struct, frozen=True):
    """`category` None fits every kind."""

    id: UUID
    label: str
    text: str
    status: str
    category: str | None


def answer_by(session: Session, answer_id: UUID | None) -> Answer | None:
    """Return a ready answer by its id."""
    row = session.get(AnswerTemplate, answer_id) if answer_id is not None else None
    return Answer(row.id, row.label, row.text, row.status, row.category) if row else None


def by_state(session: Session, category: str) -> dict[str, list[Answer]]:
    """Return the ready answers for a kind of report by the state each is for."""
    found: dict[str, list[Answer]] = {}
    for one in answers(session, category):
        found.setdefault(one.status, []).append(one)
    return found


def answers(session: Session, category: str | None = None) -> list[Answer]:
    """Return the ready answers, for one kind of report or all, by state and label."""
    row = AnswerTemplate
    asked = select(row.id, row.label, row.text, row.status, row.category)
    if category is not None:
        asked = asked.where(or_(row.category.is_(None), row.category == category))
    return [Answer(*found) for found in session.execute(asked.order_by(row.status, row.label))]
