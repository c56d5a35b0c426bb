"""What is said and shown here of a report that another body has, as it goes out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from participation.reports.forwarding.client import Endpoint, Word
from participation.reports.forwarding.models import Forwarding, ForwardingWord, OutsideBody
from participation.reports.forwarding.queries import LONGEST_TEXT, endpoint_of
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.queries import shown_as
from participation.reports.queries import photo_of, photos_of
from participation.reports.rules import CONFIRMED, DISPUTED, PUBLIC, Status
from services import i18n
from services.db import Session

NOT_SETTLED = "People here say that it is not settled."
SHOWN_SINCE = "A photo of it that was looked over here since."
# What is one of these is not waiting any more.
DONE = ("told", "refused", "skipped")
# How a report stands, told beside a photo. Never OPEN: that would dispute what a body just settled.
STANDS = {Status.IN_PROGRESS: "IN_PROGRESS", Status.FIXED: "FIXED", Status.CLOSED: "CLOSED"}


class Saying(msgspec.Struct, frozen=True):
    """A word on its way to a body."""

    where: Endpoint
    word: Word


def word_for(entry: ReportEntry) -> str | None:
    """Return the word of the extension for a step that a body should hear; None for no such step.

    What the body itself said has no actor here, and does not go back to it.
    """
    if not entry.public:
        return None
    if entry.kind == DISPUTED:
        return "OPEN"
    if entry.kind == CONFIRMED and entry.text:
        return "FIXED"
    opened_again = entry.kind == "answer" and entry.status == Status.OPEN
    return "OPEN" if opened_again and entry.actor_id is not None else None


def due_words(
    session: Session, at: datetime, left_out: Sequence[UUID] = (), *, most: int, of_each: int
) -> list[tuple[ForwardingWord, UUID]]:
    """Return up to `most` words that are to be told at `at`, each with the id of its body.

    None is of the bodies that are `left_out`, at most `of_each` are of one body, and each body's
    first comes before anyone's second. What was tried least goes first: what a body never takes
    must not keep back what it would.
    """
    order = ForwardingWord.tries, ForwardingWord.due_at, ForwardingWord.id
    place = func.row_number().over(partition_by=Forwarding.body_id, order_by=order)
    due = (
        select(ForwardingWord.id, Forwarding.body_id, place.label("place"))
        .join(Forwarding, Forwarding.id == ForwardingWord.forwarding_id)
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .outerjoin(ReportEntry, ReportEntry.id == ForwardingWord.entry_id)
        .where(ForwardingWord.state == "waiting", ForwardingWord.due_at <= at)
        .where(Forwarding.remote_id.is_not(None), OutsideBody.paused_at.is_(None))
        .where(Forwarding.body_id.not_in(left_out), ~step_before_waits())
        .subquery()
    )
    wanted = select(ForwardingWord, due.c.body_id).join(due, due.c.id == ForwardingWord.id)
    wanted = wanted.where(due.c.place <= of_each).order_by(due.c.place, *order)
    return [(row, body_id) for row, body_id in session.execute(wanted.limit(most))]


def step_before_waits() -> ColumnElement[bool]:
    """Say of a word whether an older step of the same request waits, or is being told.

    A photo tells how the report stands by now: it comes after every step.
    """
    other, before = aliased(ForwardingWord), aliased(ReportEntry)
    # Said so that its request is looked up, of which there are few, and not all that waits.
    waits = other.forwarding_id == ForwardingWord.forwarding_id, other.state.not_in(DONE)
    earlier = or_(ForwardingWord.entry_id.is_(None), before.at < ReportEntry.at)
    found = select(other.id).join(before, before.id == other.entry_id).where(*waits, earlier)
    return exists(found.correlate(ForwardingWord, ReportEntry))


def later_was_told() -> ColumnElement[bool]:
    """Say of a word whether one that comes after it on the same request was told (see `after`)."""
    other, later = aliased(ForwardingWord), aliased(ReportEntry)
    told = other.forwarding_id == ForwardingWord.forwarding_id, other.state == "told"
    comes = or_(other.entry_id.is_(None), later.at > ReportEntry.at)
    found = select(other.id).outerjoin(later, later.id == other.entry_id).where(*told, comes)
    step = ForwardingWord.entry_id.is_not(None)
    return and_(step, exists(found.correlate(ForwardingWord, ReportEntry)))


def after(session: Session, word: ForwardingWord) -> Select[ForwardingWord]:
    """Return what asks for the words that come after a step on the same request.

    A photo comes after every step, and nothing after a photo.
    """
    entry = session.get(ReportEntry, word.entry_id) if word.entry_id else None
    later = false() if entry is None else or_(ReportEntry.id.is_(None), ReportEntry.at > entry.at)
    return (
        select(ForwardingWord)
        .outerjoin(ReportEntry, ReportEntry.id == ForwardingWord.entry_id)
        .where(ForwardingWord.forwarding_id == word.forwarding_id, later)
        .order_by(ForwardingWord.id)
    )


def saying_of(session: Session, word_id: UUID, lang: str, base_url: str) -> Saying | None:
    """Return a word as it goes out: what is public of the step, and nobody's name.

    None for a photo that is shown no more, for a yes whose words were taken off, and for any word
    of a report that was hidden since; a photo that was covered meanwhile goes covered.
    """
    word, row, body = session.execute(
        select(ForwardingWord, Forwarding, OutsideBody)
        .join(Forwarding, Forwarding.id == ForwardingWord.forwarding_id)
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .where(ForwardingWord.id == word_id)
    ).one()
    report = session.get_one(Report, row.report_id)
    if Status(report.status) not in PUBLIC:
        return None
    told = (
        _photo_word(session, word, row, lang, base_url)
        if word.entry_id is None
        else _step_word(session, word, row, lang)
    )
    return None if told is None else Saying(endpoint_of(body), told)


def _step_word(session: Session, word: ForwardingWord, row: Forwarding, lang: str) -> Word | None:
    entry = session.get_one(ReportEntry, word.entry_id)
    if entry.kind == CONFIRMED and not entry.text:
        return None
    said = entry.text[:LONGEST_TEXT] if entry.public else ""
    text = said or i18n.translate(lang, NOT_SETTLED)
    return Word(row.remote_id or "", str(entry.id), word.word, text, entry.at)


def _photo_word(
    session: Session, word: ForwardingWord, row: Forwarding, lang: str, base_url: str
) -> Word | None:
    report = session.get_one(Report, row.report_id)
    shown = shown_as(session, word.photo_hash or "")
    if shown is None or shown not in _public_photos(session, report):
        return None
    return Word(
        remote_id=row.remote_id or "",
        name=str(word.id),
        status=STANDS.get(Status(report.status), "INVESTIGATING"),
        text=i18n.translate(lang, SHOWN_SINCE),
        at=report.changed_at,
        media_url=base_url + photo_of(shown).large_url,
    )


def unheard_photos(session: Session, row: Forwarding) -> list[str]:
    """Return the photos a report shows of which its body was told nothing, covered or not."""
    words = select(ForwardingWord.photo_hash).where(
        ForwardingWord.forwarding_id == row.id, ForwardingWord.photo_hash.is_not(None)
    )
    told = [*filter(None, row.photos.split(",")), *filter(None, session.scalars(words))]
    known = {*told, *(shown_as(session, photo) for photo in told)}
    shown = _public_photos(session, session.get_one(Report, row.report_id))
    return [photo for photo in shown if photo not in known]


def _public_photos(session: Session, report: Report) -> list[str]:
    return photos_of(session, report) if Status(report.status) in PUBLIC else []
