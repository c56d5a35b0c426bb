"""What is done with the news of another body: its words, and whether it calls a request closed."""

import hashlib
from datetime import datetime

import msgspec
from sqlalchemy import Select, select

from participation.reports.forwarding.actions import MEANING, Said, heed
from participation.reports.forwarding.client import Remote, Update
from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.models import Report
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
