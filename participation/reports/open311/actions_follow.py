"""What another system says of a report in the words of the extension, and what follows here."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from participation.reports.access import hold, judging_over, leads
from participation.reports.actions import answer_report
from participation.reports.actions_dispute import dispute_report
from participation.reports.forwarding.actions import MEANING
from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.models import Report, ReportEntry
from participation.reports.open311.actions import note_from
from participation.reports.open311.queries import is_own
from participation.reports.open311.rules import MOVE, KeyRow
from participation.reports.routing.models import Team
from participation.reports.rules import JUDGED, Status
from services import audit
from services.auth import Actor
from services.db import Session


class Heard(msgspec.Struct, frozen=True):
    """A word of another system: its own name of it, its status in capitals, its text."""

    name: str
    status: str
    text: str


class Followed(msgspec.Struct, frozen=True):
    """What became of a word: the step that holds it, where the report stands, whether it moved."""

    entry_id: UUID
    status: Status
    moved: bool


def hear_update(
    session: Session, actor: Actor, key: KeyRow, report: Report, said: Heard, *, at: datetime
) -> Followed:
    """Let a report follow what its key's holder may say of it; all else is a note for staff.

    Who told of a report may dispute that it is settled (OPEN). The body that has it answers with
    any status our life cycle leads to from here. The same name is heard once.
    """
    # Held before it is looked at: a colleague may be hiding it this moment.
    hold(session, report)
    then = MEANING.get(said.status) if key.may(MOVE, report.category) else None
    disputes = then is Status.OPEN and is_own(report, key.id) and _settled(report, at)
    answers = then is not None and _holds(session, key, report) and leads(report, then)
    mark = f"{key.name}: {said.status}"
    told = (said.name, mark if disputes or answers else said.text)
    entry_id, is_new = note_from(session, actor, key, report, told, at=at)
    if is_new and answers and then is not None:
        answer_report(session, actor, report, then, said.text, at=at)
    elif is_new and disputes:
        dispute_report(session, actor, report, said.text, "resident", at=at)
    audit.record(session, actor.id, "hear_update", "report", str(report.id), at=at)
    moved = session.get_one(ReportEntry, entry_id).text == mark
    return Followed(entry_id, Status(report.status), moved)


def _settled(report: Report, at: datetime) -> bool:
    judged = Status(report.status) in JUDGED and not judging_over(report, at)
    return judged and report.merged_into is None


def _holds(session: Session, key: KeyRow, report: Report) -> bool:
    """Say whether the body this key belongs to has the report: by routing, or sent on to it."""
    if key.body_id is None:
        return False
    team = select(Team.body_id).where(Team.id == report.team_id)
    sent_on = (
        select(Forwarding.id)
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .where(OutsideBody.body_id == key.body_id, Forwarding.report_id == report.id)
        .where(Forwarding.remote_id.is_not(None))
    )
    return session.scalar(team) == key.body_id or session.scalar(sent_on) is not None
