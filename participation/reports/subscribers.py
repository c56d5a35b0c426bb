"""What follows when a report opened or moved: maps, pages and phones hear of it."""

from uuid import UUID

from participation.accounts import directory
from participation.events.reports import ReportChanged, ReportMoved, ReportOpened
from participation.reports import live, queries
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import CONFIRMED, JUDGED, PUBLIC, STATUS_LABELS, Status
from participation.reports.settling.subscribers import ask_people
from services import clock, i18n, push
from services.db import Session


def show_opened(session: Session, event: ReportOpened) -> None:
    """Let every open map of its tile look again, and the queue."""
    _show(session, event.report_id)


def show_moved(session: Session, event: ReportMoved) -> None:
    _show(session, event.report_id)


def show_changed(session: Session, event: ReportChanged) -> None:
    if event.what == "withdraw_answer":
        _show(session, event.report_id)
    else:
        live.tell_staff(session, str(event.report_id))


def _show(session: Session, report_id: UUID) -> None:
    live.tell_everyone(session, session.get_one(Report, report_id))
    live.tell_staff(session, str(report_id))


def push_moved(session: Session, event: ReportMoved) -> None:
    """Tell the phones of those who follow, but not the one who did it, nor what was taken back.

    Those who are to be asked whether it is really fixed are asked instead, by phone or mail; a
    neighbour's yes rings nowhere.
    """
    entry = session.get_one(ReportEntry, event.entry_id)
    if not entry.public or entry.kind == CONFIRMED:
        return
    report = session.get_one(Report, event.report_id)
    people = [p for p in queries.followers_of(session, report.id) if p != entry.actor_id]
    if Status(event.status) not in PUBLIC:
        people = [p for p in people if p == report.reporter_id]
    if Status(event.status) in JUDGED:
        asked = ask_people(session, report, entry, people)
        people = [p for p in people if p not in asked]
    for lang, readers in _by_language(session, people).items():
        notice = push.Notice(
            title=i18n.translate(lang, STATUS_LABELS[Status(event.status)]),
            body=report.title,
            url=f"/reports/{report.id}",
            tag=f"report-{report.id}",
            urgency_class="status",
        )
        push.enqueue(session, readers, notice, at=clock.now())


def _by_language(session: Session, people: list[UUID]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for person_id, lang in directory.languages_of(session, people).items():
        found.setdefault(lang, []).append(person_id)
    return found
