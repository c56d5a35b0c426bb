"""What becomes of a word on its way to another body: told, let go, tried now, or kept from it."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from participation.reports.forwarding.models import Forwarding, ForwardingWord
from participation.reports.forwarding.queries_words import after
from participation.reports.forwarding.reading import TroubleError
from participation.reports.forwarding.waits import wait_after
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import InvalidError, NotFoundError, RefusedError
from services.ids import parse_id

LONGEST_REASON = 300


def let_go(session: Session, actor: Actor, row: ForwardingWord, *, at: datetime) -> None:
    """Forget what was on its way and its report shows no more: a photo, or words of its people."""
    session.delete(row)
    _record(session, actor, "let_go", row, at)


def note_told(
    session: Session,
    actor: Actor,
    row: ForwardingWord,
    trouble: TroubleError | None,
    *,
    at: datetime,
) -> None:
    """Keep that a word was told, or what went wrong: a "no" waits for an operator, all else is
    tried again, each time twice as late, up to an hour."""
    row.lease = None
    if trouble is None:
        row.state, row.error = "told", None
    else:
        row.error = f"{trouble.code}: {trouble.said}"[:300]
        row.tries += 1
        row.due_at = at + wait_after(row.tries)
        if trouble.fate == "refused":
            row.state = "refused"
    _record(session, actor, "note_told", row, at)


def tell_again(session: Session, actor: Actor, word_id: str, *, at: datetime) -> None:
    """Give a word that waits or was refused a new round of tries, at once, and with it what was
    put off for its sake. One that is being told this moment is left to it.

    Raises NotFoundError, and RefusedError where it was told or is kept from the body.
    """
    row = _word_for(session, word_id)
    if row.state in ("told", "skipped"):
        raise RefusedError("word_settled")
    if _is_being_told(row, at):
        return
    _wake(session, row, at)
    row.state, row.due_at, row.tries, row.lease = "waiting", at, 0, None
    _record(session, actor, "tell_again", row, at)


def skip_word(session: Session, actor: Actor, word_id: str, reason: str, *, at: datetime) -> None:
    """Keep a word from its body; those after it go on in their order. Twice is once.

    The report and its public history stay as they are; the reason is for the team. Raises
    InvalidError without one, NotFoundError, and RefusedError where the word was told or is being
    told this moment.
    """
    row, why = _word_for(session, word_id), " ".join(reason.split())
    if row.state == "skipped":
        return
    if row.state == "told":
        raise RefusedError("word_settled")
    if not why:
        raise InvalidError("word_reason_needed", {"reason": "empty"})
    if _is_being_told(row, at):
        raise RefusedError("word_on_its_way")
    _wake(session, row, at)
    row.state, row.skipped_at, row.reason, row.lease = "skipped", at, why[:LONGEST_REASON], None
    _record(session, actor, "skip_word", row, at)


def withdraw_skip(session: Session, actor: Actor, word_id: str, *, at: datetime) -> None:
    """Let a word that was kept from its body go there after all, before those after it.

    Raises NotFoundError, and RefusedError once a later word went: the last one a body hears is
    the last one said.
    """
    row = _word_for(session, word_id)
    if row.state in ("waiting", "refused"):
        return
    if row.state == "told":
        raise RefusedError("word_settled")
    later = session.scalars(after(session, row).with_for_update(of=ForwardingWord)).all()
    if any(one.state == "told" or _is_being_told(one, at) for one in later):
        raise RefusedError("later_word_gone")
    for one in later:
        # A messenger that just found it due finds it changed, and looks anew what comes first.
        one.due_at = max(one.due_at + timedelta(microseconds=1), at)
    row.state, row.due_at, row.tries, row.error = "waiting", at, 0, None
    row.skipped_at, row.reason = None, None
    _record(session, actor, "withdraw_skip", row, at)


def _word_for(session: Session, word_id: str) -> ForwardingWord:
    """Return a word, held: a messenger that comes for it finds what became of it."""
    key = parse_id(word_id)
    row = session.get(ForwardingWord, key, with_for_update=True) if key else None
    if row is None:
        raise NotFoundError
    return row


def _is_being_told(row: ForwardingWord, at: datetime) -> bool:
    return row.state == "waiting" and row.lease is not None and row.due_at > at


def _wake(session: Session, row: ForwardingWord, at: datetime) -> None:
    """Let what was put off together with a word be due at once."""
    body_id = select(Forwarding.body_id).where(Forwarding.id == row.forwarding_id)
    theirs = select(Forwarding.id).where(Forwarding.body_id == body_id.scalar_subquery())
    session.connection().execute(
        update(ForwardingWord)
        .where(ForwardingWord.state == "waiting", ForwardingWord.lease.is_(None))
        .where(ForwardingWord.due_at == row.due_at, ForwardingWord.due_at > at)
        .where(ForwardingWord.id != row.id, ForwardingWord.forwarding_id.in_(theirs))
        .values(due_at=at)
    )


def _record(session: Session, actor: Actor, verb: str, row: ForwardingWord, at: datetime) -> None:
    report_id = session.get_one(Forwarding, row.forwarding_id).report_id
    session.flush()
    audit.record(session, actor.id, verb, "report", str(report_id), at=at)
