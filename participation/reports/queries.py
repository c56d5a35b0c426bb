"""What residents read of reports: frozen rows, never live ones."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from participation.reports.models import Report, ReportEntry, ReportFollow, ReportPhoto
from participation.reports.routing.queries import handled_by
from participation.reports.rules import ENDED, PUBLIC, Category, Status, late
from services.auth import Actor
from services.db import Session
from services.db.keys import keys_named, of_each, written
from services.db.plans import unsought

PAGE = 20
HIDDEN = tuple(s.value for s in Status if s not in PUBLIC)


class ReportCard(msgspec.Struct, frozen=True):
    """A report as it stands in a list; `thumb_url` is a small WebP of our own or None."""

    id: str
    title: str
    category: str
    status: str
    opened_at: datetime
    lat: float
    lon: float
    place: str
    thumb_url: str | None
    followers: int


class Entry(msgspec.Struct, frozen=True):
    """A step of the story; `role` stands for the person, who is not named."""

    at: datetime
    kind: str
    status: str | None
    text: str
    role: str


class Photo(msgspec.Struct, frozen=True):
    """One photo of a report: `name` is its hash, the others are addresses of its WebP sizes."""

    name: str
    large_url: str
    small_url: str


class ReportPage(msgspec.Struct, frozen=True):
    id: str
    title: str
    text: str
    category: str
    status: str
    opened_at: datetime
    lat: float
    lon: float
    place: str
    photo_url: str | None
    thumb_url: str | None
    timeline: list[Entry]
    following: bool
    followers: int
    expected_by: datetime | None
    late: bool
    mine: bool
    answer: str
    photos: list[Photo]


class Filters(msgspec.Struct, frozen=True):
    """What a list is narrowed to; `words` are searched as typed, `after` is the last id before."""

    status: str = ""
    category: str = ""
    words: str = ""
    after: UUID | None = None


TABLE: FromClause = Report.__table__
C = TABLE.c
KEY = written(C.id)
# It was joined into no other report, as most never are.
ALONE = unsought(C.merged_into).is_(None)
# In the order of ReportCard's fields; the picture's hash becomes its address.
CARD = (
    *(KEY, C.title, C.category, C.status, C.opened_at, C.lat, C.lon, C.place),
    *(C.photo_hash, C.followers),
)
NEWEST = (
    select(*CARD)
    # What is hidden is named, not what is shown: SQLite would sort every shown report by hand.
    .where(C.status.not_in(HIDDEN), ALONE)
    .order_by(C.opened_at.desc(), C.id.desc())
    .limit(PAGE + 1)
)


def newest(session: Session, filters: Filters) -> tuple[list[ReportCard], str | None]:
    """Return a page of public reports, newest first, and the cursor of the next page."""
    rows = session.connection().execute(*_narrowed(session, filters)).all()
    cards = [card_of(row) for row in rows[:PAGE]]
    return cards, cards[-1].id if len(rows) > PAGE else None


def _narrowed(session: Session, filters: Filters) -> tuple[Select[Any], dict[str, Any]]:
    """Return the prebuilt statement for these filters, and its values."""
    given: dict[str, Any] = {}
    if filters.status in set(Status):
        given["status_is"] = filters.status
    if filters.category in set(Category):
        given["category_is"] = filters.category
    if filters.words:
        given["words_like"] = f"%{_literal(filters.words)}%"
    if filters.after is not None:
        opened = session.scalar(select(Report.opened_at).where(Report.id == filters.after))
        if opened is not None:
            given |= {"opened_before": opened, "id_before": filters.after}
    return _newest(frozenset(given)), given


def open_to(person_id: UUID | BindParameter[UUID]) -> ColumnElement[bool]:
    """Return the condition that a person may read a report they follow: public, or their own."""
    return or_(C.status.not_in(HIDDEN), C.reporter_id == person_id)


def said_in(words: str) -> ColumnElement[bool]:
    """Return the condition that a report's title, words or place hold what was typed."""
    wanted = f"%{_literal(words)}%"
    return or_(*(func.lower(c).like(wanted, escape="/") for c in (C.title, C.text, C.place)))


def _literal(words: str) -> str:
    """Return words as LIKE takes them for themselves."""
    for sign in "/%_":
        words = words.replace(sign, "/" + sign)
    return words.lower()


@lru_cache(maxsize=16)
def _newest(given: frozenset[str]) -> Select[Any]:
    query: Select[Any] = NEWEST
    if "status_is" in given:
        query = query.where(C.status == bindparam("status_is"))
    if "category_is" in given:
        query = query.where(C.category == bindparam("category_is"))
    if "words_like" in given:
        words: BindParameter[str] = bindparam("words_like")
        held = (C.title, C.text, C.place)
        query = query.where(or_(*(func.lower(c).like(words, escape="/") for c in held)))
    if "id_before" in given:
        opened: BindParameter[datetime] = bindparam("opened_before")
        same = and_(C.opened_at == opened, C.id < bindparam("id_before"))
        query = query.where(or_(C.opened_at < opened, same))
    return query


def card_of(row: Any) -> ReportCard:
    """Return the card of a row that holds the columns of CARD."""
    *told, hash_, followers = row
    told += [f"/media/{hash_}/small.webp" if hash_ else None, followers]
    return ReportCard(*told)


def page_of(session: Session, actor: Actor, report: Report, at: datetime) -> ReportPage:
    """Return all that `actor` may read of a report they may see."""
    photo = f"/media/{report.photo_hash}" if report.photo_hash else None
    ended = late(Status(report.status), report.due_at, at)
    own = actor.signed_in and report.reporter_id == actor.id
    return ReportPage(
        id=str(report.id),
        title=report.title,
        text=report.text,
        category=report.category,
        status=report.status,
        opened_at=report.opened_at,
        lat=report.lat,
        lon=report.lon,
        place=report.place,
        photo_url=f"{photo}/large.webp" if photo else None,
        thumb_url=f"{photo}/small.webp" if photo else None,
        timeline=timeline(session, report.id),
        following=_follows(session, actor, report.id),
        followers=report.followers,
        expected_by=report.due_at,
        late=ended,
        mine=own,
        # What the kind asks is told to the city, and shown back to who told it.
        answer=report.answer if own else "",
        photos=[photo_of(name) for name in photos_of(session, report)],
    )


def photo_of(name: str) -> Photo:
    """Return a photo by its hash."""
    return Photo(name, f"/media/{name}/large.webp", f"/media/{name}/small.webp")


def photos_of(session: Session, report: Report) -> list[str]:
    """Return the hashes of the photos a report shows, in their order."""
    first = [report.photo_hash] if report.photo_hash else []
    return first + further_photos(session, [report.id]).get(report.id, [])


@cache
def _further(dialect: str) -> Select[UUID, str]:
    photo = ReportPhoto
    rows = select(photo.report_id, photo.photo_hash, photo.position)
    those = of_each(dialect, rows, photo.report_id.expression, keys_named("ids")).c
    return select(those.report_id, those.photo_hash).order_by(those.position)


def further_photos(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the hashes of the second and third photos, by the reports that have any."""
    asked = _further(session.get_bind().dialect.name)
    found: dict[UUID, list[str]] = {}
    for report_id, name in session.execute(asked, {"ids": list(ids)}):
        found.setdefault(report_id, []).append(name)
    return found


def timeline(session: Session, report_id: UUID) -> list[Entry]:
    """Return the public steps, oldest first."""
    rows = session.execute(
        select(
            ReportEntry.at, ReportEntry.kind, ReportEntry.status, ReportEntry.text, ReportEntry.role
        )
        .where(ReportEntry.report_id == report_id, ReportEntry.public)
        .order_by(ReportEntry.at, ReportEntry.id)
    )
    return [Entry(*row) for row in rows]


def _follows(session: Session, actor: Actor, report_id: UUID) -> bool:
    return actor.id is not None and session.get(ReportFollow, (report_id, actor.id)) is not None


def late_count(session: Session, actor: Actor, at: datetime) -> int:
    """Return how many reports of those the actor may handle are past their promise."""
    waiting = [s.value for s in Status if s not in ENDED]
    late_ones = select(func.count()).where(Report.status.in_(waiting), Report.due_at < at)
    late_ones = late_ones.where(handled_by(actor))
    return session.scalar(late_ones) or 0


def followers_of(session: Session, report_id: UUID) -> list[UUID]:
    """Return who hears of every step."""
    return list(
        session.scalars(select(ReportFollow.person_id).where(ReportFollow.report_id == report_id))
    )
