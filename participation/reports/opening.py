"""How a report comes into being, whoever tells of it: stored once, drawn, put on record."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from participation.events.reports import ReportChanged, ReportOpened
from participation.reports.clusters import keep_clusters
from participation.reports.feeds.wards import ward_of
from participation.reports.history.chain import add_entry, make_public
from participation.reports.models import ExactPlace, Report, ReportEntry
from participation.reports.photos.access import Frame, step_of
from participation.reports.photos.actions import note_cover
from participation.reports.photos.hanging import hang_at, let_wait
from participation.reports.photos.queries import is_public, removed_for_good, shown_as, waiting_of
from participation.reports.promises.rules import rises_at
from participation.reports.queries import photos_of
from participation.reports.rough import keep_exact
from participation.reports.routing.grounds import place_reports
from participation.reports.routing.queries import Routed, calendar_of, route
from participation.reports.rules import (
    LET_THROUGH,
    MOST_PHOTOS,
    PHOTO_REMOVED,
    SEVERITY,
    Category,
    Status,
    seen_at,
    title_of,
)
from services import outbox
from services.auth import Actor
from services.db import Session
from services.errors import InvalidError
from services.maps import morton


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a problem. Place: WGS84 degrees.

    `category` as the city knows it, `photos` are hashes of services.media, `answer` to the
    question of the category. Photos that were not `looked_over` for faces and plates where they
    came from are shown once somebody of the city has. Where nobody is `asked` for another one, a
    photo that was taken off for good is left out.
    """

    category: Category
    text: str
    lat: float
    lon: float
    place: str = ""
    answer: str = ""
    photos: tuple[str, ...] = ()
    looked_over: bool = False
    asked: bool = True


class Origin(msgspec.Struct, frozen=True):
    """Who told, and the name by which the same telling is known again.

    Either a person with `key` made at tap time, or a `source` with its own name of it, `key`.
    One that is `held` waits for a first look before anyone but staff sees it.
    """

    key: str
    reporter_id: UUID | None = None
    source: str | None = None
    held: bool = False


def store_once(
    session: Session, told: Told, origin: Origin, known: Select[UUID], *, at: datetime
) -> tuple[Report, bool]:
    """Store what is told unless `known` finds it; return (report, whether it is new).

    A new one is on the map, its story begins, and ReportOpened is published, unless it is held:
    then that follows with `show_first`. Nothing is audited. Raises InvalidError for more photos
    than a report may have (photos_too_many), and for one that was taken off for good
    (photo_removed).
    """
    if (earlier := session.scalar(known)) is not None:
        return session.get_one(Report, earlier), False
    _check_photos(session, told)
    routed = route(session, told.category, told.lat, told.lon, at)
    rises = rises_at(calendar_of(session), at, routed.due_at)
    seen = _as_seen(session, told)
    report = _row(seen, origin, routed, rises, at)
    try:
        with session.begin_nested():
            session.add(report)
    except IntegrityError:
        # The same was told twice at once, and the other was first.
        if (earlier := session.scalar(known)) is None:
            raise
        return session.get_one(Report, earlier), False
    if seen is not told:
        keep_exact(session, report.id, told.lat, told.lon, told.place)
    place_reports(session, [(report.id, told.lat, told.lon)])
    add_entry(session, _opening(report, at))
    for sent in told.photos:
        hang_photo(session, report, Actor(None), sent, looked_over=told.looked_over, at=at)
    if origin.held:
        outbox.publish(session, ReportChanged(report_id=report.id, what="hold_report"), at=at)
        return report, True
    keep_clusters(session, report, at=at)
    outbox.publish(session, _opened(report), at=at)
    return report, True


def _check_photos(session: Session, told: Told) -> None:
    if len(told.photos) > MOST_PHOTOS:
        raise InvalidError("photos_too_many", {"photo": "photos_too_many"})
    if told.asked and removed_for_good(session, told.photos):
        raise InvalidError("photo_removed", {"photo": "photo_removed"})


def _as_seen(session: Session, told: Told) -> Told:
    """Return what is told as others see it."""
    lat, lon = seen_at(told.category, told.lat, told.lon)
    if (lat, lon) == (told.lat, told.lon):
        return told
    return msgspec.structs.replace(told, lat=lat, lon=lon, place=ward_of(session, lat, lon))


def hang_photo(
    session: Session, report: Report, actor: Actor, sent: str, *, looked_over: bool, at: datetime
) -> bool:
    """Give a report one photo more, covered if it ever was; return whether it has it now.

    What was not `looked_over`, nor is known from elsewhere, waits beside it for that. It has it not
    where it had the same one already, or as many as a report may have. One that was taken off for
    good is not hung either; the team is told.
    """
    there, shown = photos_of(session, report), shown_as(session, sent)
    waiting = waiting_of(session, [report.id]).get(report.id, [])
    if shown is None:
        add_entry(session, step_of(actor, report, PHOTO_REMOVED, at))
        return False
    place = len(there) + len(waiting) + 1
    if shown in there or sent in waiting or place > MOST_PHOTOS:
        return False
    if shown == sent and not looked_over and not is_public(session, sent):
        let_wait(session, report, sent, place, at)
        return True
    frame = Frame(report, hang_at(session, report, shown, place))
    if shown != sent:
        note_cover(session, frame, actor, sent, shown, at=at)
    return True


def show_first(session: Session, actor: Actor, report: Report, *, at: datetime) -> None:
    """Let a report that was held begin in public: its story, and ReportOpened; only once."""
    opening = session.scalar(
        select(ReportEntry).where(
            ReportEntry.report_id == report.id,
            ReportEntry.kind == "opened",
            ReportEntry.public.is_(False),
        )
    )
    if opening is not None:
        opening.status = Status.OPEN.value
        make_public(session, opening)
        step = ReportEntry(report_id=report.id, at=at, kind=LET_THROUGH, text="", role="staff")
        step.actor_id, step.public = actor.id, False
        add_entry(session, step)
        outbox.publish(session, _opened(report), at=at)


def told_by(person_id: UUID, key: str) -> Select[UUID]:
    """Return the select of a person's report by its idempotency key."""
    return select(Report.id).where(Report.reporter_id == person_id, Report.idempotency_key == key)


def told_before(session: Session, person_id: UUID | None, key: str) -> Report | None:
    """Return the report a person told of by this key; None if it is new."""
    known = session.scalar(told_by(person_id, key)) if person_id is not None else None
    return session.get_one(Report, known) if known is not None else None


def stands_as(session: Session, report: Report, told: Told) -> bool:
    """Say whether a report stands as it is told now."""
    spot = session.get(ExactPlace, report.id) or report
    there = {*photos_of(session, report), *waiting_of(session, [report.id]).get(report.id, [])}
    sent = {shown for one in told.photos if (shown := shown_as(session, one)) is not None}
    stands = (report.text, report.answer, report.category, spot.place, there)
    same_spot = (spot.lat, spot.lon) == (told.lat, told.lon)
    return same_spot and stands == (told.text, told.answer, told.category.value, told.place, sent)


def _row(told: Told, origin: Origin, routed: Routed, rises: datetime, at: datetime) -> Report:
    person = origin.reporter_id is not None
    return Report(
        id=uuid4(),
        reporter_id=origin.reporter_id,
        idempotency_key=origin.key if person else None,
        source=origin.source,
        source_id=None if person else origin.key,
        title=title_of(told.text),
        text=told.text,
        answer=told.answer,
        category=told.category.value,
        status=(Status.HELD if origin.held else Status.OPEN).value,
        severity=SEVERITY[told.category],
        lat=told.lat,
        lon=told.lon,
        cell=morton(told.lon, told.lat),
        place=told.place,
        opened_at=at,
        changed_at=at,
        due_at=routed.due_at,
        rises_at=rises,
        team_id=routed.team_id,
        assignee_id=routed.person_id,
        followers=0,
    )


def _opening(report: Report, at: datetime) -> ReportEntry:
    return ReportEntry(
        report_id=report.id,
        at=at,
        kind="opened",
        status=report.status,
        role="resident",
        actor_id=report.reporter_id,
        public=report.status != Status.HELD,
    )


def _opened(report: Report) -> ReportOpened:
    return ReportOpened(
        report_id=report.id,
        reporter_id=report.reporter_id,
        category=report.category,
        lat=report.lat,
        lon=report.lon,
    )
