"""What leaves the city as a feed: public reports, newest first, and nobody's name."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from participation.reports.feeds.wards import Ward, ward_named
from participation.reports.models import Report, ReportEntry
from participation.reports.queries import ALONE, HIDDEN, further_photos
from participation.reports.rules import LABELS, LET_THROUGH, PUBLIC, Category
from services.db import Session
from services.maps import Box, ranges

PAGE = 50
SHOWN = tuple(s.value for s in PUBLIC)
C: Any = Report.__table__.c
COLUMNS = (
    *(C.id, C.title, C.text, C.category, C.status, C.lat, C.lon, C.place),
    *(C.photo_hash, C.opened_at, C.changed_at),
)
TOLD = (
    *(C.title, C.text, C.category, C.status, C.lat, C.lon, C.place),
    *(C.merged_into, C.reporter_id),
)
LET_IN = select(func.min(ReportEntry.at)).where(
    ReportEntry.report_id == C.id, ReportEntry.kind == LET_THROUGH
)
PUBLIC_AT = func.coalesce(LET_IN.scalar_subquery(), C.opened_at)


class FeedFilters(msgspec.Struct, frozen=True):
    """What a feed is narrowed to; `box` is (west, south, east, north), `after` the last id."""

    category: str = ""
    status: str = ""
    ward: str = ""
    words: str = ""
    box: Box | None = None
    after: UUID | None = None


class FeedItem(msgspec.Struct, frozen=True):
    """A public report as the world may read it."""

    id: UUID
    title: str
    text: str
    category: str
    status: str
    lat: float
    lon: float
    place: str
    photo_hash: str | None
    opened_at: datetime
    changed_at: datetime
    further: tuple[str, ...] = ()

    @property
    def photos(self) -> list[str]:
        """Return the hashes of its photos, in their order."""
        return [*filter(None, [self.photo_hash]), *self.further]


class FeedPage(msgspec.Struct, frozen=True):
    """A page of a feed; `changed_at` is when the newest change of anything in it was."""

    items: list[FeedItem]
    following: UUID | None
    changed_at: datetime | None


class PublicReport(msgspec.Struct, frozen=True):
    """What other domains may know of a public report; `kind` is its category's label.

    `public_at` is when everybody could read it first: later than it was told, where it waited for
    a first look.
    """

    title: str
    text: str
    category: str
    kind: str
    lat: float
    lon: float
    public_at: datetime
    reporter_id: UUID | None


def told_of(session: Session, report_id: UUID) -> PublicReport | None:
    """Return a report that is public and stands for itself now; else None."""
    asked = select(*TOLD, PUBLIC_AT.label("public_at"))
    one = session.execute(asked.where(C.id == report_id)).one_or_none()
    if one is None or one.status not in SHOWN or one.merged_into is not None:
        return None
    return PublicReport(
        title=one.title,
        text=f"{one.title}\n{one.text}\n{one.place}",
        category=one.category,
        kind=LABELS[Category(one.category)],
        lat=one.lat,
        lon=one.lon,
        public_at=one.public_at,
        reporter_id=one.reporter_id,
    )


def feed_page(session: Session, filters: FeedFilters, size: int = PAGE) -> FeedPage:
    """Return a page of public reports, newest first; a filter that names nothing finds nothing."""
    query = narrowed(session, filters)
    rows = session.execute(query.limit(size + 1)).all() if query is not None else []
    further = further_photos(session, [row.id for row in rows[:size]])
    items = [_item(row, further.get(row.id, [])) for row in rows[:size]]
    following = items[-1].id if len(rows) > size else None
    newest = max((one.changed_at for one in items), default=None)
    return FeedPage(items, following, newest)


def _item(row: Any, further: list[str]) -> FeedItem:
    return msgspec.structs.replace(FeedItem(*row), further=tuple(further))


def narrowed(session: Session, filters: FeedFilters) -> Select[Any] | None:
    """Return the select of what the filters leave, None where it can be nothing."""
    tests = _tests(filters)
    if filters.ward:
        ward = ward_named(session, filters.ward)
        if ward is None:
            return None
        tests += _in_ward(ward)
    if filters.after is not None:
        opened = session.scalar(select(Report.opened_at).where(Report.id == filters.after))
        if opened is None:
            return None
        same = and_(C.opened_at == opened, C.id < filters.after)
        tests += [C.opened_at <= opened, or_(C.opened_at < opened, same)]
    # As in the list of the newest: what is hidden is named, or SQLite sorts all that is shown.
    public = select(*COLUMNS).where(C.status.not_in(HIDDEN), ALONE)
    return public.where(*tests).order_by(C.opened_at.desc(), C.id.desc())


def _tests(filters: FeedFilters) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = []
    if filters.category:
        tests.append(C.category == filters.category)
    if filters.status:
        tests.append(C.status == filters.status)
    if filters.words:
        held = (C.title, C.text, C.place)
        words = filters.words.lower()
        tests.append(or_(*(func.lower(c).contains(words, autoescape=True) for c in held)))
    if filters.box is not None:
        tests += _in_box(filters.box)
    return tests


def _in_box(box: Box) -> list[ColumnElement[bool]]:
    west, south, east, north = box
    near = or_(*(C.cell.between(low, high) for low, high in ranges(box)))
    return [near, C.lon.between(west, east), C.lat.between(south, north)]


def _in_ward(ward: Ward) -> list[ColumnElement[bool]]:
    inside = [C.lon * side.x + C.lat * side.y <= side.most for side in ward.sides]
    return [*_in_box(ward.box), *inside]


def known_filters(filters: FeedFilters) -> bool:
    """Say whether category and status are ones there are."""
    return filters.category in ("", *Category) and filters.status in ("", *SHOWN)
