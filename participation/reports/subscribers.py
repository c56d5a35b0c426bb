"""What follows when a report opened or moved: maps, pages and phones hear of it."""

from uuid import UUID

from participation.events.reports import ReportChanged, ReportMoved, ReportOpened
from participation.reports import live, queries, queries_staff
from participation.reports.access import hold
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import CONFIRMED, JUDGED, PUBLIC, Status
from participation.reports.settling.subscribers import ask_people
from participation.reports.telling.rules import tag_of, words_tag_of
from participation.reports.telling.subscribers import hush, may_hear, named_in, stands, tell
from services import clock, letters, push
from services.db import Session

# What of a change the open pages and maps show, besides the queue.
SEEN = {
    *("withdraw_answer", "withdraw_merge", "unmerge_report", "renew_promise"),
    *("send_on", "call_back"),
    *("cover_photo", "uncover_photo", "remove_photo", "restore_photo"),
    *("add_picture", "show_photo", "hide_photo", "take_words_off", "forget_words"),
}
# A joining is over: one that was told of, and one that was not yet.
PARTINGS = {"unmerge_report", "withdraw_merge"}
# Letters that wait may say words that are gone since.
WORDS_GONE = {"take_words_off", "forget_words"}
# What only the report's own page counts.
COUNTED = {"follow_report", "unfollow_report", "part_followers"}


def show_opened(session: Session, event: ReportOpened) -> None:
    """Let every open map of its tile look again, and the queue."""
    _show(session, event.report_id)


def show_moved(session: Session, event: ReportMoved) -> None:
    _show(session, event.report_id)


def show_changed(session: Session, event: ReportChanged) -> None:
    if event.what in PARTINGS:
        # What still waits would lead people to where it goes on no more.
        push.withdraw(session, [tag_of(event.report_id)])
        letters.write_anew(session, [tag_of(event.report_id)], at=clock.now())
    if event.what in WORDS_GONE:
        letters.write_anew(session, [words_tag_of(event.report_id)], at=clock.now())
    if event.what in SEEN:
        _show(session, event.report_id)
    elif event.what in COUNTED:
        live.tell_page(session, event.report_id)
    else:
        live.tell_staff(session, str(event.report_id))


def _show(session: Session, report_id: UUID) -> None:
    report = session.get_one(Report, report_id)
    live.tell_everyone(session, report)
    if report.merged_into is not None:
        # Who followed the one follows the other now, and its page counts them.
        live.tell_page(session, report.merged_into)
    live.tell_staff(session, str(report_id))


def push_moved(session: Session, event: ReportMoved) -> None:
    """Tell those who follow, by phone or by letter; not who did it, nor of what was taken back.

    Of what is hidden by now its reporter alone is told.

    Those who are to be asked whether it is really fixed are asked instead, so nobody is told
    twice; a neighbour's yes rings nowhere.
    """
    entry = session.get_one(ReportEntry, event.entry_id)
    if not entry.public or entry.kind == CONFIRMED:
        return
    report = session.get_one(Report, event.report_id)
    people = [p for p in queries.followers_of(session, report.id) if p != entry.actor_id]
    named = named_in(session, report, entry)
    # Held, so that what is hidden meanwhile finds all these notices and withdraws them.
    hold(session, named)
    people = [p for p in people if may_hear(named, p)]
    if Status(event.status) not in PUBLIC:
        people = [p for p in people if p == report.reporter_id]
    if Status(event.status) in JUDGED:
        asked = ask_people(session, report, entry, people)
        people = [p for p in people if p not in asked]
    tell(session, report, entry, people)


def tell_parted(session: Session, event: ReportChanged) -> None:
    """Tell those who follow a report that it goes on by itself again; not who parted it.

    Whose notice of the joining was withdrawn before it rang has nothing to take back.
    """
    if event.what != "unmerge_report":
        return
    report = session.get_one(Report, event.report_id)
    entry = queries_staff.parted(session, report.id)
    # Held, so that what is hidden meanwhile finds all these notices and withdraws them.
    hold(session, report)
    if entry is not None and stands(report, entry):
        people = [p for p in queries.followers_of(session, report.id) if may_hear(report, p)]
        left_out = {entry.actor_id, *push.unheard(session, people, tag_of(report.id))}
        tell(session, report, entry, [p for p in people if p not in left_out])


def hush_hidden(session: Session, event: ReportMoved) -> None:
    """Let no notice that waits for the end of quiet hours tell of what is hidden by then.

    At once, not after the seconds in which that can be taken back: what rang has rung.
    """
    report = session.get_one(Report, event.report_id)
    if Status(report.status) not in PUBLIC:
        hush(session, report)


def tell_team(session: Session, event: ReportChanged) -> None:
    """Tell whose desk a report is on that it has risen: by the escalation, so once each time."""
    if event.what == "escalate_report":
        report = session.get_one(Report, event.report_id)
        if (entry := queries_staff.raised(session, report.id)) is not None:
            tell(session, report, entry, queries_staff.hands_of(session, report))
