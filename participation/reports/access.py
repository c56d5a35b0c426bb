"""The one gate from an outside id to a report."""

from typing import Literal

from participation.reports.models import Report
from participation.reports.rules import PUBLIC, Status
from services.auth import Actor, Role
from services.db import Session
from services.errors import ForbiddenError, NotFoundError
from services.ids import parse_id

Purpose = Literal["see", "handle"]


def report_for(session: Session, actor: Actor, report_id: str, to: Purpose = "see") -> Report:
    """Return the report if `actor` may `to` it.

    Raises NotFoundError for one the actor may not know of, ForbiddenError for one that is
    theirs to see and not to handle.
    """
    key = parse_id(report_id)
    report = session.get(Report, key) if key is not None else None
    if report is None or not _may_see(actor, report):
        raise NotFoundError
    if to == "handle" and not is_staff(actor):
        raise ForbiddenError
    return report


def is_staff(actor: Actor) -> bool:
    return actor.may(Role.MODERATOR) or actor.may(Role.OFFICER)


def _may_see(actor: Actor, report: Report) -> bool:
    if Status(report.status) in PUBLIC:
        return True
    return is_staff(actor) or (actor.signed_in and report.reporter_id == actor.id)
