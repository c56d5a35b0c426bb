"""Letters on their way out: rows of the writer's transaction, sent by a loop of their own.

A server that takes its time holds up no writer and no timer: claiming, sending and noting are
three steps, one letter after another, each leased when its turn comes. A worker that is killed
leaves at most the one letter in flight in doubt; it goes out again under the same Message-ID. A
letter that was taken by the mail server is deleted here, so that no address stays behind; of one
that never was, the row stays a month, emptied. What a letter tells may be hidden or taken off
while it waits: it keeps the event it was written upon, and is written anew upon that.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import msgspec
from flask import Flask
from sqlalchemy import (
    ColumnElement,
    Engine,
    ForeignKey,
    String,
    Text,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import mapped_column

from services import clock, mail, outbox
from services.config import Settings
from services.db import Base, Key, Mapped, Session, reading_session, unit_of_work
from services.db.keys import among
from services.ids import secret_token
from services.jobs import Job
from services.registry import Registry

log = logging.getLogger(__name__)
# More than a mail server can take with every step at its longest (services.mail).
LEASE = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)
TRIES = 8
# After the last try but one, by the clock of a worker that is a little ahead.
LONGEST_WAIT = PAUSE * 2 ** (TRIES - 1) + clock.SKEW
KEPT = timedelta(days=30)
HOUR_S, RIGHT_EVERY_S = 3600, 300


class LetterOut(Base):
    """A letter to send from `due_at` on; `headers` is a JSON object of further header lines.

    `event_kind` and `event_body` are the event it was written upon, where it may have to be again.
    """

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
    given_up_at: Mapped[datetime | None]
    event_kind: Mapped[str | None] = mapped_column(String(60))
    event_body: Mapped[bytes | None]


class LetterTopic(Base):
    """What a waiting letter tells of: when that changes, the letter is written anew."""

    __tablename__ = "letter_topic"

    letter_id: Mapped[UUID] = mapped_column(
        ForeignKey("letter_out.id", ondelete="CASCADE"), primary_key=True
    )
    topic: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class Source(msgspec.Struct, frozen=True):
    """The event upon which a letter is written, and the `topics` it tells of.

    Whoever hears the event again must write the letter as things stand then, or not at all.
    """

    event: outbox.Event
    topics: frozenset[str]


def enqueue(
    session: Session,
    to: str,
    subject: str,
    text: str,
    *,
    at: datetime,
    headers: Mapping[str, str] | None = None,
    source: Source | None = None,
) -> None:
    """Let a letter go out if the surrounding transaction commits."""
    more = msgspec.json.encode(dict(headers or {})).decode()
    letter = LetterOut(to=to, subject=subject[:200], text=text, headers=more, due_at=at, tries=0)
    letter.id = uuid4()
    session.add(letter)
    if source is not None:
        letter.event_kind = source.event.kind
        letter.event_body = msgspec.json.encode(source.event)
        session.flush()
        session.add_all(LetterTopic(letter_id=letter.id, topic=one) for one in source.topics)
    session.info["told"] = True


def write_anew(session: Session, topics: Iterable[str], *, at: datetime) -> None:
    """Take out the letters that wait and tell of any of `topics`; their events are told again.

    One that is on its way to the mail server this moment may arrive as it was, before the new one.
    """
    about = select(LetterTopic.letter_id).where(LetterTopic.topic.in_(list(topics)))
    columns = LetterOut.id, LetterOut.event_kind, LetterOut.event_body
    mine = select(*columns).where(LetterOut.id.in_(about), LetterOut.event_kind.is_not(None))
    rows = session.execute(mine.order_by(LetterOut.id).with_for_update()).all()
    if not rows:
        return
    these = among(LetterOut.id.expression, [row.id for row in rows])
    session.execute(delete(LetterOut).where(these))
    outbox.publish_again(session, [(row.event_kind, row.event_body) for row in rows], at=at)


def waiting_for(session: Session, address: str) -> list[str]:
    """Return the subjects of the letters that wait to go to an address, written in any case."""
    return list(session.scalars(select(LetterOut.subject).where(_is_to(address))))


def take_out(session: Session, address: str) -> None:
    """Delete the letters that wait to go to an address, which is nobody's any more."""
    session.execute(delete(LetterOut).where(_is_to(address)))


def _is_to(address: str) -> ColumnElement[bool]:
    return func.lower(LetterOut.to) == address


def install(app: Flask, registry: Registry, settings: Settings) -> None:
    """Give `app` the loop that sends what is due, and the job that forgets what never was."""
    engine: Engine = app.extensions["engine"]
    app.extensions.setdefault("turns", []).append(partial(send_due, engine, settings))
    registry.jobs.append(Job("letters.prune", HOUR_S, prune))
    registry.jobs.append(Job("letters.put-right", RIGHT_EVERY_S, put_right))


def prune(session: Session, at: datetime) -> None:
    """Delete the rows of letters that were given up a month ago."""
    session.execute(delete(LetterOut).where(LetterOut.given_up_at < at - KEPT))


def put_right(session: Session, at: datetime) -> None:
    """Let letters be due at once that wait for longer than any can: a clock was ahead."""
    wrong = update(LetterOut).where(LetterOut.due_at > at + LONGEST_WAIT)
    if righted := session.connection().execute(wrong.values(due_at=at)).rowcount:
        log.warning("%d letters were put off for longer than can be: was a clock ahead?", righted)


def send_due(
    engine: Engine,
    settings: Settings,
    now: Callable[[], datetime] = clock.now,
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send all that is due, each letter by one worker; return how many the mail server took.

    No letter is begun while the process is `stopping`: it might die inside one.
    """
    taken = 0
    while not stopping() and (letter := _claim(engine, now())) is not None:
        error = _posted(settings, letter)
        with unit_of_work(engine) as session:
            mine = select(LetterOut).where(LetterOut.lease == letter.lease)
            if (row := session.scalar(mine.with_for_update())) is not None:
                _note(session, row, error, now())
        taken += error is None
    return taken


def _claim(engine: Engine, at: datetime) -> LetterOut | None:
    """Lease the letter that has waited longest; a claim is a try, for a worker may die of it."""
    due = select(LetterOut.id).where(LetterOut.due_at <= at).order_by(LetterOut.due_at).limit(1)
    while True:
        with reading_session(engine) as session:
            letter_id = session.scalar(due)
        if letter_id is None:
            return None
        with unit_of_work(engine) as session:
            one = select(LetterOut).where(LetterOut.id == letter_id, LetterOut.due_at <= at)
            row = session.scalar(one.with_for_update(skip_locked=True))
            if row is not None and row.tries >= TRIES:
                _give_up(session, row, at)
            elif row is not None:
                row.lease, row.due_at, row.tries = secret_token(16), at + LEASE, row.tries + 1
                return row


def _posted(settings: Settings, letter: LetterOut) -> str | None:
    headers = msgspec.json.decode(letter.headers, type=dict[str, str])
    name = mail.message_id(settings, letter.id.hex)
    try:
        mail.send(settings, letter.to, letter.subject, letter.text, headers | {"Message-ID": name})
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("a letter was not taken: %s", type(error).__name__)
        return type(error).__name__
    return None


def _note(session: Session, row: LetterOut, error: str | None, at: datetime) -> None:
    """Forget a letter that was taken; one the server did not take is tried again later."""
    row.lease, row.error = None, error
    if error is None:
        session.delete(row)
    elif row.tries >= TRIES:
        _give_up(session, row, at)
    else:
        row.due_at = at + PAUSE * 2**row.tries


def _give_up(session: Session, row: LetterOut, at: datetime) -> None:
    log.warning("a letter is given up after %d tries", row.tries)
    row.lease, row.due_at, row.given_up_at = None, None, at
    row.to, row.subject, row.text, row.headers = "", "", "", "{}"
    row.event_kind = row.event_body = None
    session.execute(delete(LetterTopic).where(LetterTopic.letter_id == row.id))
