"""Telling people of a step: their browsers by a notice, by letter whoever has none with us."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from participation.accounts import directory
from participation.events.letters import LetterAwaited
from participation.reports.access import hold
from participation.reports.followers import hearing_tag_of
from participation.reports.models import Report, ReportEntry
from participation.reports.promises.rules import RAISED
from participation.reports.rules import MERGED, PARTED, PUBLIC, STATUS_LABELS, Status
from participation.reports.telling import queries, rules
from services import clock, i18n, letters, outbox, push
from services.config import Settings
from services.db import Session
from services.registry import Held

# What a step is called by its kind, where its state does not say it.
HEADS = {
    MERGED: "Goes on with another report",
    PARTED: "Goes on by itself again",
    RAISED["promise"]: "Its promised day is near",
    RAISED["people"]: "Many people wait for a word",
}
LETTER = """%(head)s: %(title)s
%(said)s
%(page)s

This comes by letter because no browser of yours is told. To hear no more of this report:
%(stop)s

To change whether letters come at all:
%(choose)s
"""
DESK_LETTER = """%(head)s: %(title)s

%(page)s

This comes by letter because no browser of yours is told. To change whether letters come at all:
%(choose)s
"""


class Step(msgspec.Struct, frozen=True):
    """A step as it is told: `head` is a text to be translated, `path` where one reads on.

    Who hears of it follows these `reports`; without one it goes to a desk.
    """

    head: str
    title: str
    path: str
    reports: tuple[UUID, ...] = ()

    @property
    def desk(self) -> bool:
        return not self.reports


def step_of(session: Session, report: Report, entry: ReportEntry) -> Step:
    """Return how a step of a report is told; who followed a joined one is led to where it went."""
    if entry.kind in RAISED.values():
        return Step(HEADS[entry.kind], report.title, f"/console/reports/{report.id}")
    named = named_in(session, report, entry)
    if entry.kind == PARTED:
        head = HEADS[PARTED]
    elif named is not report:
        head = HEADS[MERGED]
    else:
        head = STATUS_LABELS[Status(entry.status or report.status)]
    reports = (report.id,) if named is report else (report.id, named.id)
    return Step(head, named.title, f"/reports/{named.id}", reports)


def named_in(session: Session, report: Report, entry: ReportEntry) -> Report:
    """Return the report whose title tells of a step: of a joining, the one it was joined into."""
    if entry.kind == MERGED and report.merged_into is not None:
        return session.get_one(Report, report.merged_into)
    return report


def may_hear(report: Report, person_id: UUID) -> bool:
    """Say whether a person may be told the title of a report; of what is hidden, its reporter."""
    return Status(report.status) in PUBLIC or report.reporter_id == person_id


def stands(report: Report, entry: ReportEntry) -> bool:
    """Say whether what followers are told of by a step is still so.

    That a report was parted from another is in no public story: as if it had never been joined.
    """
    return report.merged_into is None if entry.kind == PARTED else entry.public


def hush(session: Session, report: Report) -> None:
    """Let notices that still wait ring no more with a report's title, but at its reporter's.

    So do those that lead to it from one that was joined into it. Letters that wait are written
    anew, and so only to who may still read it.
    """
    joined = session.scalars(select(Report.id).where(Report.merged_into == report.id))
    tags = [rules.tag_of(key) for key in (report.id, *joined)]
    push.withdraw(session, [*tags, rules.desk_tag_of(report.id)], but=report.reporter_id)
    letters.write_anew(session, tags, at=clock.now())


def tell(session: Session, report: Report, entry: ReportEntry, people: Sequence[UUID]) -> None:
    """Tell each of `people` of a step once: by their browsers, or by mail where there is none."""
    step, at = step_of(session, report, entry), clock.now()
    reached = push.reached(session, people)
    for lang, readers in _by_language(session, [p for p in people if p in reached]).items():
        push.enqueue(session, readers, _notice(report, step, lang), at=at)
    wanting = queries.wanting_letters(session, [p for p in people if p not in reached])
    awaited = [LetterAwaited(entry_id=entry.id, person_id=person_id) for person_id in wanting]
    outbox.publish_all(session, awaited, at=at)


def _notice(report: Report, step: Step, lang: str) -> push.Notice:
    return push.Notice(
        title=i18n.translate(lang, step.head),
        body=step.title,
        url=step.path,
        tag=rules.desk_tag_of(report.id) if step.desk else rules.tag_of(report.id),
        urgency_class="status",
        upon=None if step.desk else push.Ground(rules.FOLLOWED, step.reports),
    )


def weigh_step(session: Session, held: Held, at: datetime) -> Held | None:
    """Let a step ring with who follows still; of a joining, the report it leads to as well."""
    followed = all(queries.follows(session, key, held.person_id) for key in held.keys)
    return held if followed else None


def _by_language(session: Session, people: Sequence[UUID]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for person_id, lang in directory.languages_of(session, people).items():
        found.setdefault(lang, []).append(person_id)
    return found


def _may_go(
    session: Session, step: Step, report: Report, entry: ReportEntry, person_id: UUID
) -> bool:
    """Say whether a letter of a step still goes to a person; of what is hidden, to its reporter."""
    shown = may_hear(named_in(session, report, entry), person_id)
    follows = queries.follows(session, report.id, person_id)
    told = step.desk or (stands(report, entry) and shown and follows)
    return told and queries.wants_letters(session, person_id)


def _topics(session: Session, report: Report, entry: ReportEntry) -> frozenset[str]:
    named = named_in(session, report, entry)
    said = [rules.words_tag_of(report.id)] if entry.text else []
    return frozenset([rules.tag_of(report.id), rules.tag_of(named.id), *said])


class Teller:
    """Writes the letters; their links lead to the city's address in `settings`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.base = settings.base_url.rstrip("/")

    def mail_step(self, session: Session, event: LetterAwaited) -> None:
        """Put the letter on its way, if the step still stands and its reader still wants it."""
        entry = session.get_one(ReportEntry, event.entry_id)
        report = session.get_one(Report, entry.report_id)
        # Held, so that whoever hides or takes off meanwhile what it says finds this letter.
        hold(session, *{report, named_in(session, report, entry)})
        session.refresh(entry)
        step = step_of(session, report, entry)
        if not _may_go(session, step, report, entry, event.person_id):
            return
        if (address := directory.email_of(session, event.person_id)) is None:
            return
        langs = directory.languages_of(session, [event.person_id])
        lang = langs.get(event.person_id, self.settings.language)
        stop = rules.stop_url(self.base, self.settings.secret_key, report.id, event.person_id)
        subject = f"{i18n.translate(lang, step.head)}: {step.title}"
        text = self._to_desk(step, lang) if step.desk else self._to_one(step, entry, stop, lang)
        headers = {} if step.desk else rules.stop_headers(stop)
        topics = _topics(session, report, entry) | {hearing_tag_of(report.id, event.person_id)}
        source = letters.Source(event, topics)
        now = clock.now()
        letters.enqueue(session, address, subject, text, at=now, headers=headers, source=source)

    def _to_one(self, step: Step, entry: ReportEntry, stop: str, lang: str) -> str:
        said = f"\n{entry.text}\n" if entry.text else ""
        return i18n.translate(lang, LETTER, said=said, stop=stop, **self._places(step, lang))

    def _to_desk(self, step: Step, lang: str) -> str:
        return i18n.translate(lang, DESK_LETTER, **self._places(step, lang))

    def _places(self, step: Step, lang: str) -> dict[str, str]:
        return {
            "head": i18n.translate(lang, step.head),
            "title": step.title,
            "page": f"{self.base}{step.path}",
            "choose": f"{self.base}/me/notifications",
        }
