"""The team's ready answers."""

from datetime import datetime
from uuid import UUID, uuid4

from participation.reports.answers.models import AnswerTemplate
from participation.reports.rules import Category, Status
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import InvalidError, NotFoundError

MOST_LABEL, MOST_TEXT = 80, 4000


def add_answer(
    session: Session,
    actor: Actor,
    label: str,
    text: str,
    fits: tuple[Status, Category | None],
    *,
    at: datetime,
) -> UUID:
    """Keep a text for a state and, unless it is None, a kind; return its id."""
    label, text = " ".join(label.split()), text.strip()
    if not 0 < len(label) <= MOST_LABEL or not 0 < len(text) <= MOST_TEXT:
        raise InvalidError("ready_answer_odd", {"text": "empty"})
    status, category = fits
    row = AnswerTemplate(
        id=uuid4(),
        label=label,
        text=text,
        status=status.value,
        category=category.value if category else None,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "add_answer", "answer_template", str(row.id), at=at)
    return row.id


def delete_answer(session: Session, actor: Actor, answer_id: UUID, *, at: datetime) -> None:
    """Forget a ready answer."""
    row = session.get(AnswerTemplate, answer_id)
    if row is None:
        raise NotFoundError
    session.delete(row)
    session.flush()
    audit.record(session, actor.id, "delete_answer", "answer_template", str(answer_id), at=at)
