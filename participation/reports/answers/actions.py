"""The team's ready answers."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from participation.reports.answers.models import AnswerTemplate
from participation.reports.removals.access import removed_for
from participation.reports.removals.keeping import as_it_was, let_go, set_aside
from participation.reports.rules import Category, Status
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import InvalidError, NotFoundError, RefusedError

MOST_LABEL, MOST_TEXT = 80, 4000
REMOVABLE = (AnswerTemplate.__tablename__,)


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
    row = AnswerTemplate(id=uuid4(), **_columns(label, text, fits))
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "add_answer", "answer_template", str(row.id), at=at)
    return row.id


def change_answer(
    session: Session,
    actor: Actor,
    answer_id: UUID,
    label: str,
    text: str,
    fits: tuple[Status, Category | None],
    *,
    at: datetime,
) -> None:
    """Write a ready answer anew, in its place; what was sent with it stays as it was sent."""
    row = _row(session, answer_id)
    for column, value in _columns(label, text, fits).items():
        setattr(row, column, value)
    session.flush()
    audit.record(session, actor.id, "change_answer", "answer_template", str(answer_id), at=at)


def delete_answer(session: Session, actor: Actor, answer_id: UUID, *, at: datetime) -> UUID:
    """Delete a ready answer; return the id by which it is put back."""
    row = _row(session, answer_id)
    kept = set_aside(session, actor, row, row.label, at=at)
    audit.record(session, actor.id, "delete_answer", "answer_template", str(answer_id), at=at)
    return kept


def restore_answer(session: Session, actor: Actor, removed_id: str, *, at: datetime) -> None:
    """Put back a ready answer the actor deleted, as it was.

    Errors as `removed_for`; raises RefusedError too where another for the same state and kind has
    its name by now.
    """
    removed = removed_for(session, actor, removed_id, REMOVABLE, at=at)
    row, one = as_it_was(AnswerTemplate, removed), AnswerTemplate
    fits = one.status == row.status, one.category.is_not_distinct_from(row.category)
    if session.scalar(select(one.id).where(one.label == row.label, *fits).limit(1)) is not None:
        raise RefusedError("put_back_name_taken")
    session.add(row)
    session.flush()
    let_go(session, [removed.id])
    audit.record(session, actor.id, "restore_answer", "answer_template", str(row.id), at=at)


def _row(session: Session, answer_id: UUID) -> AnswerTemplate:
    row = session.get(AnswerTemplate, answer_id)
    if row is None:
        raise NotFoundError("answer_gone")
    return row


def _columns(label: str, text: str, fits: tuple[Status, Category | None]) -> dict[str, str | None]:
    """Return the columns of a ready answer; raises InvalidError for what the table cannot hold."""
    label, text, wrong = " ".join(label.split()), text.strip(), {}
    if not 0 < len(label) <= MOST_LABEL:
        wrong["label"] = "1 to 80 characters"
    if not 0 < len(text) <= MOST_TEXT:
        wrong["text"] = "1 to 4000 characters"
    if wrong:
        raise InvalidError("ready_answer_odd", wrong)
    status, category = fits
    kind = category.value if category else None
    return {"label": label, "text": text, "status": status.value, "category": kind}
