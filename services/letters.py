"""Letters on their way out: rows of the writer's transaction, sent by a job with a few tries.

A server that takes its time holds up no writer: claiming, sending and noting are three steps. A
letter that was taken by the mail server is emptied here, so that no address stays behind.
"""

import logging
import smtplib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import msgspec
from sqlalchemy import Engine, String, Text, select, update
from sqlalchemy.orm import mapped_column

from services import mail
from services.config import Settings
from services.db import Base, Key, Mapped, Session, reading_session, unit_of_work
from services.ids import secret_token
from services.jobs import Job

log = logging.getLogger(__name__)
EVERY_S = 5
LEASE = timedelta(minutes=2)
PAUSE = timedelta(minutes=1)
TRIES = 8
AT_ONCE = 50


class Addressed(Protocol):
    """A person as far as a letter needs them."""

    @property
    def email(self) -> str | None: ...


class LetterOut(Base):
    """A letter to send from `due_at` on; `headers` is a JSON object of further header lines."""

    __tablename__ = "letter_out"

    id: Mapped[Key]
    to: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    headers: Mapped[str] = mapped_column(Text, default="{}")
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[str | None] = mapped_column(String(60))


def enqueue(
    session: Session,
    to: str,
    subject: str,
    text: str,
    *,
    at: datetime,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Let a letter go out if the surrounding transaction commits."""
    more = msgspec.json.encode(dict(headers or {})).decode()
    letter = LetterOut(to=to, subject=subject[:200], text=text, headers=more, due_at=at, tries=0)
    session.add(letter)


def job(settings: Settings) -> Job:
    """Return the job that sends what is due."""
    return Job("letters.send", EVERY_S, partial(_turn, settings))


def _turn(settings: Settings, session: Session, at: datetime) -> None:
    bound = session.get_bind()
    assert isinstance(bound, Engine)
    send_due(bound, settings, at)


def send_due(engine: Engine, settings: Settings, at: datetime) -> int:
    """Send what is due, each letter by one worker; return how many the mail server took."""
    with reading_session(engine) as session:
        due = select(LetterOut.id).where(LetterOut.due_at <= at)
        ids = session.scalars(due.order_by(LetterOut.due_at).limit(AT_ONCE)).all()
    return sum(_send(engine, settings, letter_id, at) for letter_id in ids)


def _send(engine: Engine, settings: Settings, letter_id: object, at: datetime) -> bool:
    lease = secret_token(16)
    with unit_of_work(engine) as session:
        mine = LetterOut.id == letter_id, LetterOut.due_at <= at
        session.execute(update(LetterOut).where(*mine).values(lease=lease, due_at=at + LEASE))
    with reading_session(engine) as session:
        letter = session.scalar(select(LetterOut).where(LetterOut.lease == lease))
    if letter is None:
        return False
    error = _posted(settings, letter)
    with unit_of_work(engine) as session:
        row = session.scalar(select(LetterOut).where(LetterOut.lease == lease))
        if row is not None:
            _note(row, error, at)
    return error is None


def _posted(settings: Settings, letter: LetterOut) -> str | None:
    headers = msgspec.json.decode(letter.headers, type=dict[str, str])
    try:
        mail.send(settings, letter.to, letter.subject, letter.text, headers)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("a letter was not taken: %s", type(error).__name__)
        return type(error).__name__
    return None


def _note(row: LetterOut, error: str | None, at: datetime) -> None:
    """Empty a letter that is done with; one the server did not take is tried again later."""
    row.lease, row.error, row.tries = None, error, row.tries + 1
    if error is None or row.tries >= TRIES:
        row.due_at, row.to, row.subject, row.text, row.headers = None, "", "", "", "{}"
    else:
        row.due_at = at + PAUSE * 2**row.tries
