"""Closed is not fixed: those who follow a report say whether it is really settled."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update

from participation.events.reports import ReportChanged, ReportMoved
from participation.reports.access import hold, hold_of, judging_over, may_judge
from participation.reports.actions_dispute import dispute_report
from participation.reports.blocks.access import refuse_blocked
from participation.reports.history.chain import add_entry, withhold
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.rules import CONFIRMED, DISPUTED, JUDGED, JUDGING_LIVES, Status
from participation.reports.settling.models import ReportAsking, ReportRating
from participation.reports.settling.queries import may_rate, state_of
from services import audit, outbox
from services.auth import STRANGER, Actor
from services.db import Session, insert_many
from services.errors import ForbiddenError, InvalidError, RefusedError
from services.ids import secret_token
from services.tokens import hash_of

SCORES = range(1, 6)
RATED = "rated"


def judge_report(
    session: Session,
    actor: Actor,
    report: Report,
    text: str,
    *,
    settled: bool,
    at: datetime,
    device: str = "",
) -> UUID:
    """Confirm that a report is settled, or dispute it: then work on it goes on, promised anew.

    `device` is the browser that says so, empty for one that is not known. Raises ForbiddenError for
    who does not follow it, and as "blocked" for who is blocked; RefusedError for a second word, for
    a report that is not settled, and for one that was settled longer ago than anyone is asked.
    """
    _hold_asked(session, actor, report, device, at)
    role = "reporter" if report.reporter_id == actor.id else "resident"
    if not settled:
        return dispute_report(session, actor, report, text, role, at=at)
    report.changed_at = at
    entry = ReportEntry(
        id=uuid4(), report_id=report.id, at=at, kind=CONFIRMED, text=text.strip(), role=role
    )
    entry.actor_id, entry.public = actor.id, True
    add_entry(session, entry)
    audit.record(session, actor.id, "confirm_report", "report", str(report.id), at=at)
    told = ReportMoved(report_id=report.id, entry_id=entry.id, status=report.status)
    outbox.publish(session, told, at=at)
    return entry.id


def _hold_asked(session: Session, actor: Actor, report: Report, device: str, at: datetime) -> None:
    """Hold a report for the word of who is asked; refuse everyone else."""
    if actor.id is None or session.get(ReportFollow, (report.id, actor.id)) is None:
        raise ForbiddenError
    refuse_blocked(session, actor.id, device, at)
    hold(session, report)
    if Status(report.status) in JUDGED and judging_over(report, at):
        raise RefusedError("judging_over")
    if not may_judge(session, actor, report, at):
        raise RefusedError("already_judged")


def ask_person(
    session: Session, person_id: UUID, entry: ReportEntry, *, at: datetime
) -> tuple[UUID, str]:
    """Note that a person is asked about a settling; return (id, token good for one word)."""
    return ask_people(session, STRANGER, [person_id], entry, at=at)[person_id]


def ask_people(
    session: Session, actor: Actor, people: Sequence[UUID], entry: ReportEntry, *, at: datetime
) -> dict[UUID, tuple[UUID, str]]:
    """Note that each of `people` is asked about a settling; return (id, token) of each."""
    tokens = {person_id: (uuid4(), secret_token()) for person_id in people}
    asked_of = {"report_id": entry.report_id, "entry_id": entry.id}
    times = {"asked_at": at, "expires_at": at + JUDGING_LIVES}
    rows = [
        {"id": key, "person_id": person_id, "token_hash": hash_of(token), **asked_of, **times}
        for person_id, (key, token) in tokens.items()
    ]
    # The entry may be as new as what is asked of it.
    session.flush()
    insert_many(session, ReportAsking, rows)
    for _ in tokens:
        audit.record(session, actor.id, "ask_person", "report", str(entry.report_id), at=at)
    return tokens


def renew_asking(session: Session, actor: Actor, asking: ReportAsking, *, at: datetime) -> str:
    """Return a new token for an asking; the one before is worth nothing any more."""
    token = secret_token()
    asking.token_hash = hash_of(token)
    audit.record(session, actor.id, "renew_asking", "report", str(asking.report_id), at=at)
    return token


def judge_asked(
    session: Session,
    asking: ReportAsking,
    actor: Actor,
    *,
    settled: bool,
    at: datetime,
    device: str = "",
) -> Report:
    """Take the one word a token is good for, as its person's, and return the report.

    Raises RefusedError for a second word, and for one that nobody waits for any more;
    ForbiddenError as `judge_report` does: then the token stays as good as it was.
    """
    if (state := state_of(session, asking, at)) != "open":
        raise RefusedError("asking_past" if state == "past" else "already_judged")
    refuse_blocked(session, asking.person_id, device, at)
    used = session.connection().execute(
        update(ReportAsking)
        .where(ReportAsking.id == asking.id, ReportAsking.used_at.is_(None))
        .values(used_at=at)
    )
    if used.rowcount != 1:
        raise RefusedError("already_judged")
    report = session.get_one(Report, asking.report_id)
    judge_report(session, actor, report, "", settled=settled, at=at, device=device)
    return report


def rate_report(
    session: Session, actor: Actor, report_id: UUID, score: int, text: str, *, at: datetime
) -> None:
    """Keep how content a person is (1 to 5), once for each report; the words are for staff alone.

    Raises InvalidError for another number, RefusedError for who is not asked.
    """
    if score not in SCORES:
        raise InvalidError("score_odd", {"score": "invalid"})
    if actor.id is None or not may_rate(session, actor.id, report_id):
        raise RefusedError("already_rated")
    session.add(ReportRating(report_id=report_id, person_id=actor.id, score=score, at=at))
    if text.strip():
        note = ReportEntry(report_id=report_id, at=at, kind=RATED, text=text.strip())
        note.role, note.actor_id, note.public = "resident", actor.id, False
        add_entry(session, note)
    audit.record(session, actor.id, "rate_report", "report", str(report_id), at=at)


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Delete what a person was asked and rated, and take the words they judged with off."""
    # The first eraser that touches reports: those after it find them held.
    hold_of(session, person_id)
    session.execute(delete(ReportAsking).where(ReportAsking.person_id == person_id))
    session.execute(delete(ReportRating).where(ReportRating.person_id == person_id))
    said = select(ReportEntry).where(
        ReportEntry.actor_id == person_id, ReportEntry.kind.in_((CONFIRMED, DISPUTED, RATED))
    )
    entries = session.scalars(said).all()
    reports = {session.get_one(Report, entry.report_id) for entry in entries}
    # Held, so that no letter is written meanwhile with what goes.
    hold(session, *reports)
    for entry in entries:
        withhold(session, entry)
    gone = [ReportChanged(report_id=report.id, what="forget_words") for report in reports]
    outbox.publish_all(session, gone, at=at)
    audit.record(session, None, "erase_person", "askings", "", at=at)
