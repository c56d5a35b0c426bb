"""The team's ready answers."""

from uuid import UUID

import msgspec
from sqlalchemy import or_, select

from participation.reports.answers.models import AnswerTemplate
from participation.reports.rules import REASONS, Status
from services import i18n
from services.db import Session
from services.ids import parse_id


class Answer(msgspec.Struct, frozen=True):
    """`category` None fits every kind."""

    id: UUID
    label: str
    text: str
    status: str
    category: str | None


class Reason(msgspec.Struct, frozen=True):
    """A ready reason to turn a report down: everybody's, or the team's own."""

    key: str
    label: str
    text: str


def reasons(session: Session, lang: str, category: str | None = None) -> list[Reason]:
    """Return the ready reasons for a kind of report, or those that fit every kind."""
    ours = [
        Reason(key, i18n.translate(lang, label), i18n.translate(lang, text))
        for key, (label, text) in REASONS.items()
    ]
    kept = answers(session, category) if category else answers(session)
    return ours + [
        Reason(str(one.id), one.label, one.text)
        for one in kept
        if one.status == Status.REJECTED and one.category in (None, category)
    ]


def reason_by(session: Session, lang: str, key: str) -> str:
    """Return the words of a ready reason by its key, "" where there is none."""
    if key in REASONS:
        return i18n.translate(lang, REASONS[key][1])
    found = answer_by(session, parse_id(key))
    return found.text if found is not None and found.status == Status.REJECTED else ""


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
