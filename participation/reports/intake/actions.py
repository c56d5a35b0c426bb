"""Letters become reports: at once for a known sender with a place, else by the sender's word."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts import directory
from participation.reports.actions import NewReport
from participation.reports.blocks.actions import take_report
from participation.reports.blocks.rules import Signs
from participation.reports.intake.models import CallerLink, LetterIn, LetterPhoto
from participation.reports.intake.queries import letters_full, letters_since
from participation.reports.rules import Category
from services import audit, i18n, letters
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError, TooManyError
from services.ids import secret_token
from services.tokens import hash_of

DRAFT_LIVES = timedelta(days=14)
LETTER_KEPT = timedelta(days=90)
ANSWERS_A_DAY = 5
WRITTEN_FOR = timedelta(minutes=1)
CONFIRM = "Please confirm your report"
CONFIRM_TEXT = (
    "Thank you for your letter. It is not a report yet: open this page, look it over and send it. "
    "%(link)s The page is kept for 14 days. If you did not write to us, do nothing."
)
FILED = "The city has your report"
FILED_TEXT = "Thank you. Your report and every step of it stand here: %(link)s"
PHOTOS_WAIT = (
    "Others see its photos once somebody of the city has looked them over for faces and number "
    "plates."
)
LEFT_OUT = (
    "Pictures of your letter that were not kept: %(count)s. A report has up to three photos, and "
    "each must be one that can be read."
)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as it was understood. `name` is how it is known again; place in WGS84 degrees.

    `headers` are those an answer carries; `left_out` counts the pictures that were not taken as
    photos; `own`: its sender wrote of it themselves, and files it by that; `strict` says whether
    first reports wait for a look.
    """

    name: str
    sender: str
    category: Category
    text: str
    place: str
    lat: float | None
    lon: float | None
    photos: tuple[str, ...]
    left_out: int
    base_url: str
    lang: str
    headers: Mapping[str, str]
    own: bool = True
    strict: bool = False


def ignore_letter(session: Session, actor: Actor, name: str, sender: str, *, at: datetime) -> None:
    """Note that a machine's letter came, and nothing of what it says; it is never answered."""
    if _noted(session, _row(name, sender, "ignored", at)) is not None:
        audit.record(session, actor.id, "ignore_letter", "letter", name, at=at)


def take_letter(session: Session, actor: Actor, letter: Taken, *, at: datetime) -> str:
    """Make a report or a draft of a letter, once by its name, and let its sender hear of it.

    Returns "filed" for the report of someone we know, in words of their own and with a place,
    "draft" for what waits for its sender's word, "known" for a letter that was taken before.
    Raises TooManyError.
    """
    if letters_full(session, letter.sender, at):
        raise TooManyError("too_many_letters", 3600)
    row = _noted(session, _row(letter.name, letter.sender, "draft", at))
    if row is None:
        return "known"
    row.person_id = actor.id
    if actor.id is not None and letter.own and letter.text and letter.lat is not None:
        try:
            row.report_id = _filed(session, actor, letter, row.id, at)
            row.state = "filed"
        except ForbiddenError:
            # The link leads to the page that says until when, and why.
            row.state = "draft"
    token = _keep(session, row, letter, at) if row.state == "draft" else ""
    _answer(session, row, letter, token, at)
    session.flush()
    audit.record(session, actor.id, "take_letter", "letter", letter.name, at=at)
    return row.state


def _row(name: str, sender: str, state: str, at: datetime) -> LetterIn:
    who = hash_of(directory.one_form(sender))
    return LetterIn(
        id=uuid4(), name=name, state=state, at=at, sender_hash=who, category="", text="", place=""
    )


def _noted(session: Session, row: LetterIn) -> LetterIn | None:
    """Store the row of a letter; None where the same letter was taken, at this very moment too."""
    if session.scalar(select(LetterIn.id).where(LetterIn.name == row.name)) is not None:
        return None
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    return row


def _filed(session: Session, actor: Actor, letter: Taken, key: UUID, at: datetime) -> UUID:
    new = NewReport(
        category=letter.category,
        text=letter.text,
        lat=letter.lat or 0.0,
        lon=letter.lon or 0.0,
        place=letter.place,
        photos=letter.photos,
        asked=False,
        idempotency_key=key.hex,
    )
    signs = Signs(stamped=True, opened_at=at - WRITTEN_FOR, strict=letter.strict)
    return take_report(session, actor, new, signs, at=at)


def _keep(session: Session, row: LetterIn, letter: Taken, at: datetime) -> str:
    """Keep what the letter says until its sender confirms it; return the token of the link."""
    token = secret_token()
    row.token_hash, row.expires_at = hash_of(token), at + DRAFT_LIVES
    row.category, row.text, row.place = letter.category.value, letter.text, letter.place
    row.lat, row.lon, row.photo_hash = letter.lat, letter.lon, next(iter(letter.photos), None)
    for position, name in enumerate(letter.photos[1:], 2):
        session.add(LetterPhoto(letter_id=row.id, position=position, photo_hash=name))
    return token


def _answer(session: Session, row: LetterIn, letter: Taken, token: str, at: datetime) -> None:
    """Answer the sender; not the sixth time in a day, for two machines could go on for ever."""
    day = at - timedelta(days=1)
    if letters_since(session, row.sender_hash, day) > ANSWERS_A_DAY:
        return
    say = partial(i18n.translate, letter.lang)
    if token:
        link = f"\n\n{letter.base_url}/reports/new?draft={token}\n\n"
        told = say(CONFIRM), say(CONFIRM_TEXT, link=link)
    else:
        link = f"\n\n{letter.base_url}/reports/{row.report_id}\n\n"
        told = say(FILED), say(FILED_TEXT, link=link)
        if letter.photos:
            told = told[0], f"{told[1]}{say(PHOTOS_WAIT)}"
    if letter.left_out:
        told = told[0], f"{told[1]}\n\n{say(LEFT_OUT, count=letter.left_out)}"
    letters.enqueue(session, letter.sender, *told, at=at, headers=letter.headers)


def use_draft(session: Session, actor: Actor, token: str, report_id: UUID, *, at: datetime) -> None:
    """Let a draft be done with once its sender made a report of it; what it said is emptied."""
    if not token:
        return
    row = session.scalar(
        select(LetterIn).where(LetterIn.token_hash == hash_of(token), LetterIn.state == "draft")
    )
    if row is None:
        return
    row.state, row.person_id, row.report_id = "used", actor.id, report_id
    row.token_hash = row.expires_at = row.photo_hash = row.lat = row.lon = None
    row.category = row.text = row.place = ""
    session.execute(delete(LetterPhoto).where(LetterPhoto.letter_id == row.id))
    audit.record(session, actor.id, "use_draft", "letter", row.name, at=at)


def forget_letters(session: Session, actor: Actor, *, at: datetime) -> None:
    """Forget drafts nobody confirmed, letters of long ago, and links of callers that are over."""
    over = or_(LetterIn.expires_at <= at, LetterIn.at < at - LETTER_KEPT)
    gone = session.connection().execute(delete(LetterIn).where(over)).rowcount
    ended = delete(CallerLink).where(CallerLink.expires_at <= at)
    gone += session.connection().execute(ended).rowcount
    if gone:
        detail = {"count": str(gone)}
        audit.record(session, actor.id, "forget_letters", "letters", "", at=at, detail=detail)


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Forget the letters of a person, and that they followed a link."""
    session.execute(delete(LetterIn).where(LetterIn.person_id == person_id))
    links = update(CallerLink).where(CallerLink.person_id == person_id)
    session.execute(links.values(person_id=None))
    audit.record(session, None, "erase_person", "letters", "", at=at)
