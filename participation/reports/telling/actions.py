"""Stopping letters and having them again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from participation.reports.actions import unfollow_report
from participation.reports.models import Report
from participation.reports.telling.models import LettersStopped
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError


def choose_letters(session: Session, actor: Actor, *, wanted: bool, at: datetime) -> None:
    """Let letters of reports come to the actor, or stop them; twice changes nothing."""
    if actor.id is None:
        raise ForbiddenError
    row = session.get(LettersStopped, actor.id)
    if wanted == (row is None):
        return
    if row is not None:
        session.delete(row)
    else:
        session.add(LettersStopped(person_id=actor.id, since=at))
    session.flush()
    verb = "want_letters" if wanted else "stop_letters"
    audit.record(session, actor.id, verb, "person", str(actor.id), at=at)


def stop_hearing(
    session: Session, actor: Actor, report_id: UUID, person_id: UUID, *, at: datetime
) -> None:
    """Let the person of a letter's link hear of its report no more; twice changes nothing.

    The link is the proof of who asks, so `actor` may be a stranger.
    """
    report = session.get(Report, report_id)
    if report is not None:
        unfollow_report(session, Actor(person_id, lang=actor.lang), report, at=at)
        audit.record(session, actor.id, "stop_hearing", "report", str(report_id), at=at)


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Forget that a person wanted no letters."""
    session.execute(delete(LettersStopped).where(LettersStopped.person_id == person_id))
    audit.record(session, None, "erase_person", "letters_stopped", "", at=at)
