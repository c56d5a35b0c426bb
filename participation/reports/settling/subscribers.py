"""A settled report asks those who follow it: with two buttons on the phone, or by mail."""

from datetime import datetime
from uuid import UUID

from participation.accounts import directory
from participation.events.judge import SettlingAsked
from participation.events.reports import ReportMoved
from participation.reports import actions_dispute
from participation.reports.access import hold
from participation.reports.followers import hearing_tag_of
from participation.reports.history.queries import head_of
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import ENDED, JUDGED, STATUS_LABELS, Status
from participation.reports.settling import actions, queries
from participation.reports.settling.models import ReportAsking
from participation.reports.telling.queries import wants_letters
from participation.reports.telling.rules import stop_headers, stop_url, tag_of
from services import clock, i18n, letters, outbox, push
from services.auth import STRANGER, Actor
from services.config import Settings
from services.db import Session
from services.registry import Held

YES = "Yes, it is fixed"
NO = "No"
AGAIN = "That did not reach the city. Tap again when there is a line."
# What its notices are told upon.
ASKED = "reports.asked"
SUBJECT = "Is it really fixed? %(title)s"
LETTER = """The city calls this settled: %(title)s
%(said)s
Is it really fixed? You live with it, so your word counts. Open what is true:

Yes, it is fixed
%(yes)s

No
%(no)s

Each link opens a page with one button. They are yours alone and hold for 28 days.
To hear no more of this report: %(stop)s

The story of this report is sealed: step %(count)s, %(digest)s
%(page)s
"""


def ask_people(
    session: Session, report: Report, entry: ReportEntry, people: list[UUID]
) -> frozenset[UUID]:
    """Ask those of `people` who were not heard of this settling yet; return who they are.

    Who has a browser with us is asked there, who has none by mail.
    """
    if Status(report.status) not in JUDGED or report.merged_into is not None:
        return frozenset()
    asked = queries.to_ask(session, report, people)
    langs, reached = directory.languages_of(session, asked), push.reached(session, asked)
    now = clock.now()
    askings = actions.ask_people(session, STRANGER, asked, entry, at=now)
    notices = {
        person_id: _notice(report, asking_id, token, langs.get(person_id, "ko"))
        for person_id, (asking_id, token) in askings.items()
        if person_id in reached
    }
    push.enqueue_each(session, notices, at=now)
    mailed = [SettlingAsked(asking_id=askings[p][0]) for p in asked if p not in reached]
    outbox.publish_all(session, mailed, at=now)
    return frozenset(asked)


def renew_promise(session: Session, event: ReportMoved) -> None:
    """Promise anew what staff opened again, once that cannot be taken back any more."""
    entry, report = session.get_one(ReportEntry, event.entry_id), None
    if entry.public and entry.kind == "answer" and Status(event.status) not in ENDED:
        report = session.get_one(Report, event.report_id)
        hold(session, report)
    if report is None or Status(report.status) in ENDED:
        return
    if queries.status_before(session, entry) in ENDED:
        since = entry.at
        actions_dispute.renew_promise(session, STRANGER, report, since, at=clock.now())


def _notice(report: Report, asking_id: UUID, token: str, lang: str) -> push.Notice:
    path = f"/reports/judge/{token}"
    return push.Notice(
        title=i18n.translate(lang, STATUS_LABELS[Status(report.status)]),
        body=report.title,
        url=path,
        tag=tag_of(report.id),
        urgency_class="status",
        choices=(
            push.Choice("yes", i18n.translate(lang, YES), f"{path}/yes"),
            push.Choice("no", i18n.translate(lang, NO), f"{path}/no"),
        ),
        again=i18n.translate(lang, AGAIN),
        upon=push.Ground(ASKED, (asking_id,)),
    )


def weigh_asking(session: Session, held: Held, at: datetime) -> Held | None:
    """Let a question ring while its answer is awaited: from who follows, and said nothing yet."""
    asking = session.get(ReportAsking, held.keys[0])
    awaited = asking is not None and queries.state_of(session, asking, at) == "open"
    return held if awaited else None


class Asker:
    """Asks by mail; the links in its letters lead to the city's address in `settings`."""

    def __init__(self, settings: Settings) -> None:
        self.base = settings.base_url.rstrip("/")
        self.secret = settings.secret_key

    def mail_asking(self, session: Session, event: SettlingAsked) -> None:
        """Put the letter on its way, if there is still something to ask."""
        asking = session.get(ReportAsking, event.asking_id)
        if asking is not None:
            # Held, so that whoever hides it meanwhile finds this letter.
            hold(session, session.get_one(Report, asking.report_id))
        if asking is None or queries.state_of(session, asking, clock.now()) != "open":
            return
        if not wants_letters(session, asking.person_id):
            return
        actor = Actor(asking.person_id)
        if (address := directory.email_of(session, asking.person_id)) is None:
            return
        lang = directory.languages_of(session, [asking.person_id]).get(asking.person_id, "ko")
        token = actions.renew_asking(session, actor, asking, at=clock.now())
        report = session.get_one(Report, asking.report_id)
        subject = i18n.translate(lang, SUBJECT, title=report.title)
        stop = stop_url(self.base, self.secret, report.id, asking.person_id)
        text = self._text(session, report, token, lang, stop)
        headers, now = stop_headers(stop), clock.now()
        topics = {tag_of(report.id), hearing_tag_of(report.id, asking.person_id)}
        source = letters.Source(event, frozenset(topics))
        letters.enqueue(session, address, subject, text, at=now, headers=headers, source=source)

    def _text(self, session: Session, report: Report, token: str, lang: str, stop: str) -> str:
        said = queries.last_word(session, report.id)
        head = head_of(session, report.id)
        return i18n.translate(
            lang,
            LETTER,
            title=report.title,
            said=f"\n{said}\n" if said else "",
            yes=f"{self.base}/reports/judge/{token}/yes",
            no=f"{self.base}/reports/judge/{token}/no",
            count=head.count,
            digest=head.digest,
            page=f"{self.base}/reports/{report.id}",
            stop=stop,
        )
