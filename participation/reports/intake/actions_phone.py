"""An agent files for a caller, who may follow it by a link."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from participation.accounts import directory
from participation.reports.access import may_see
from participation.reports.actions import follow_report
from participation.reports.intake.models import CallerLink
from participation.reports.intake.queries import link_of
from participation.reports.models import Report
from participation.reports.opening import Origin, Told, store_once
from services import audit, i18n, letters
from services.auth import Actor
from services.db import Session
from services.errors import NotFoundError
from services.ids import secret_token
from services.tokens import hash_of

SOURCE = "phone"
LINK_LIVES = timedelta(days=14)
SUBJECT = "Follow the report you told us of by phone"
TEXT = (
    "You told the city of a problem by phone. Open this page to follow it and hear of every step: "
    "%(link)s If you did not call, do nothing: the link ends after 14 days."
)


def file_for_caller(
    session: Session, actor: Actor, told: Told, key: str, *, at: datetime
) -> Report:
    """Store what a caller told, once per `key`; the agent's name is in the trail, the caller's
    nowhere."""
    known = select(Report.id).where(Report.source == SOURCE, Report.source_id == key)
    report, is_new = store_once(session, told, Origin(key, source=SOURCE), known, at=at)
    if is_new:
        audit.record(session, actor.id, "file_for_caller", "report", str(report.id), at=at)
    return report


def invite_caller(
    session: Session, actor: Actor, report: Report, email: str, base_url: str, *, at: datetime
) -> None:
    """Send a caller the link by which they follow a report; the address goes with the letter."""
    token = secret_token()
    link = CallerLink(
        report_id=report.id, token_hash=hash_of(token), made_at=at, expires_at=at + LINK_LIVES
    )
    session.add(link)
    address = f"\n\n{base_url}/reports/caller/{token}\n\n"
    text = i18n.translate(actor.lang, TEXT, link=address)
    # As an account keeps it: whoever has one finds the letter in their export.
    to, subject = directory.one_form(email), i18n.translate(actor.lang, SUBJECT)
    letters.enqueue(session, to, subject, text, at=at)
    audit.record(session, actor.id, "invite_caller", "report", str(report.id), at=at)


def follow_by_link(session: Session, actor: Actor, token: str, *, at: datetime) -> UUID:
    """Let the actor follow the report of a caller's link.

    Raises NotFoundError if it ended, was used before or leads to what the actor may not see.
    """
    link = link_of(session, token, at)
    report = session.get_one(Report, link.report_id) if link else None
    if link is None or report is None or not may_see(session, actor, report):
        raise NotFoundError
    # Of two who use it at once one is too late.
    unused = update(CallerLink).where(CallerLink.id == link.id, CallerLink.used_at.is_(None))
    if session.connection().execute(unused.values(used_at=at, person_id=actor.id)).rowcount != 1:
        raise NotFoundError
    follow_report(session, actor, report, at=at)
    audit.record(session, actor.id, "follow_by_link", "report", str(report.id), at=at)
    return report.id
