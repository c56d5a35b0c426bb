"""News that pass between us and another body: its words, what it calls closed, and our words."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid4, uuid5

import msgspec
from sqlalchemy import Select, select

from participation.reports.forwarding.actions import MEANING, Said, heed
from participation.reports.forwarding.client import Remote, Update
from participation.reports.forwarding.models import Forwarding, ForwardingWord, OutsideBody
from participation.reports.forwarding.queries_words import unheard_photos, word_for
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import ENDED, Status
from services import audit
from services.auth import Actor
from services.db import Session


class Heard(msgspec.Struct, frozen=True):
    """News of a body; `updates` is None where it has no such call."""

    updates: list[Update] | None
    remotes: list[Remote]


def hear(
    session: Session, actor: Actor, body: OutsideBody, news: Heard, lang: str, *, at: datetime
) -> None:
    """Let the reports a body has follow its news; the same news twice change nothing."""
    ours = select(Forwarding).where(Forwarding.body_id == body.id)
    heeded = sum(_heed_update(session, actor, ours, told, lang, at) for told in news.updates or [])
    if news.updates is not None:
        body.updates_until = at
    for remote in news.remotes:
        row = session.scalar(ours.where(Forwarding.remote_id == remote.remote_id))
        if row is not None:
            said = _compared(session, row, remote, at, worded=news.updates is not None)
            heeded += said is not None and heed(session, actor, row, said, lang, at=at)
    if heeded:
        detail = {"heeded": str(heeded)}
        audit.record(session, actor.id, "hear", "outside_body", str(body.id), at=at, detail=detail)


def _heed_update(
    session: Session,
    actor: Actor,
    ours: Select[Forwarding],
    told: Update,
    lang: str,
    at: datetime,
) -> bool:
    row = session.scalar(ours.where(Forwarding.remote_id == told.remote_id))
    if row is None:
        return False
    said = Said(told.name, MEANING.get(told.status), told.text)
    return heed(session, actor, row, said, lang, at=at)


def _compared(
    session: Session, row: Forwarding, remote: Remote, at: datetime, *, worded: bool
) -> Said | None:
    """Return what is new of a request's state; its notes only where the body has no updates."""
    notes = "" if worded else remote.notes
    before, row.said = row.said or "open", _digest(remote.status, notes)
    if row.said == before:
        return None
    now = Status(session.get_one(Report, row.report_id).status)
    then: Status | None = None
    if remote.status == "closed" and now not in ENDED:
        then = Status.CLOSED
    elif remote.status == "open" and before.startswith("closed"):
        then = Status.OPEN
    if then is None and not notes:
        return None
    return Said(f"status {at.isoformat()}", then, notes)


def _digest(status: str, notes: str) -> str:
    """Return a short name of a state: its word, and a mark of the notes beside it."""
    mark = hashlib.sha256(notes.encode()).hexdigest()[:40] if notes else ""
    return f"{status[:20]} {mark}".strip()


def pass_word(session: Session, actor: Actor, entry: ReportEntry, *, at: datetime) -> int:
    """Put what was said here on its way to the bodies that have the report; return to how many.

    A step goes to a body once, and only what was said after the report went there.
    """
    if (word := word_for(entry)) is None:
        return 0
    rows = session.scalars(
        select(Forwarding)
        .outerjoin(
            ForwardingWord,
            (ForwardingWord.forwarding_id == Forwarding.id) & (ForwardingWord.entry_id == entry.id),
        )
        .where(Forwarding.report_id == entry.report_id, Forwarding.made_at < entry.at)
        .where(Forwarding.state.in_(("asked", "token", "followed")), ForwardingWord.id.is_(None))
    ).all()
    for row in rows:
        told = ForwardingWord(id=uuid4(), forwarding_id=row.id, entry_id=entry.id, word=word)
        told.state, told.due_at, told.tries = "waiting", at, 0
        session.add(told)
    session.flush()
    if rows:
        audit.record(session, actor.id, "pass_word", "report", str(entry.report_id), at=at)
    return len(rows)


def pass_photos(
    session: Session, actor: Actor, report_id: UUID, *, due_at: datetime, at: datetime
) -> int:
    """Put the photos that a report shows since it went to other bodies on their way there, from
    `due_at` on; return how many. A photo goes to a body once, covered or not.

    What is not taken yet is left alone: its letter brings them, or they follow it.
    """
    ours = Forwarding.report_id == report_id, Forwarding.state == "followed"
    rows = session.scalars(select(Forwarding).where(*ours).with_for_update()).all()
    new = [(row, photo) for row in rows for photo in unheard_photos(session, row)]
    for row, photo in new:
        # One that was let go of and is shown again keeps its name: the body may have heard of it.
        told = ForwardingWord(id=uuid5(row.id, photo), forwarding_id=row.id, photo_hash=photo)
        told.word, told.state, told.due_at, told.tries = "", "waiting", due_at, 0
        session.add(told)
    session.flush()
    if new:
        audit.record(session, actor.id, "pass_photos", "report", str(report_id), at=at)
    return len(new)
