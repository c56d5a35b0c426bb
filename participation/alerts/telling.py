"""From a report to those who follow its place: found once, told once, never in quiet hours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from participation.accounts import directory
from participation.alerts.matching import Following, matches, ward_followed
from participation.alerts.models import AlertHit
from participation.alerts.queries import (
    Times,
    finds_of_digest,
    finds_of_report,
    labels_of,
    rings_now,
    times_of,
)
from participation.alerts.rules import Way, next_digest
from participation.events.alerts import DigestMade
from services import i18n, letters, outbox, push
from services.config import Settings
from services.db import Session, insert_many
from services.hours import quiet_until
from services.registry import Held

# What notices of places are told upon: a report, or what was told together.
ONE, MANY = "alerts.one", "alerts.many"


class Told(Protocol):
    """What the public may know of a report, and since when; `kind` is a label to translate."""

    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def public_at(self) -> datetime: ...
    @property
    def reporter_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class Sources:
    """What alerts ask of others: a report that is public now, wards."""

    settings: Settings
    told_of: Callable[[Session, UUID], Told | None]
    ward_of: Callable[[Session, float, float], str]
    wards: Callable[[Session], list[str]]


def find_followers(
    session: Session, sources: Sources, report_id: UUID, told: Told, *, at: datetime
) -> None:
    """Note who follows a report's place, and tell at once those who may be told now.

    Its reporter is not told of it, nor anybody twice.
    """
    ward = sources.ward_of(session, told.lat, told.lon) if ward_followed(session) else ""
    place = (told.lat, told.lon)
    found = matches(session, place, told.category, text=told.text, ward=ward)
    known = select(AlertHit.alert_id).where(AlertHit.report_id == report_id)
    noted = set(session.scalars(known))
    new = [f for f in found if f.id not in noted and f.person_id != told.reporter_id]
    if new:
        note_hits(session, sources.settings.timezone, report_id, new, at)
        push_hits(session, sources, rings_now(session, report_id, at), at=at)


def note_hits(
    session: Session, zone: str, report_id: UUID, new: Sequence[Following], at: datetime
) -> None:
    """Note that a report was found by these alerts, and when each person may be told."""
    times = times_of(session, [f.person_id for f in new])
    rows = [
        {
            "alert_id": f.id,
            "report_id": report_id,
            "way": f.way,
            "found_at": at,
            "due_at": due_at(f.way, times.get(f.person_id, Times()), zone, at),
        }
        for f in new
    ]
    insert_many(session, AlertHit, rows)


def due_at(way: str, times: Times, zone: str, at: datetime) -> datetime:
    """Return when a person may be told of what was found `at`."""
    when = next_digest(at, zone, times.digest_hour) if way == Way.DIGEST else at
    return quiet_until(when, zone, times.quiet_from, times.quiet_to) or when


def push_hits(
    session: Session, sources: Sources, hits: Sequence[AlertHit], *, at: datetime
) -> None:
    """Tell people's phones of what was found, each report once; many at once become one notice.

    What is not public any more is told to nobody.
    """
    shown = {key: sources.told_of(session, key) for key in {h.report_id for h in hits}}
    mine: dict[UUID, dict[UUID, tuple[AlertHit, Told]]] = {}
    for hit in hits:
        hit.told_at = at
        if (told := shown[hit.report_id]) is not None:
            mine.setdefault(hit.person_id, {}).setdefault(hit.report_id, (hit, told))
    together = {person_id: uuid4() for person_id, found in mine.items() if len(found) > 1}
    for hit in hits:
        if shown[hit.report_id] is not None:
            hit.digest_id = together.get(hit.person_id)
    session.flush()
    langs = directory.languages_of(session, mine)
    firsts = {person_id: next(iter(found.values())) for person_id, found in mine.items()}
    labels = labels_of(session, [hit.alert_id for hit, _ in firsts.values()])
    notices: dict[UUID, push.Notice] = {}
    for person_id, (hit, told) in firsts.items():
        lang = langs.get(person_id, sources.settings.language)
        if (digest_id := together.get(person_id)) is not None:
            notices[person_id] = many(lang, len(mine[person_id]), digest_id)
        else:
            notices[person_id] = _one(lang, told, hit.report_id, labels.get(hit.alert_id, ""))
    push.enqueue_each(session, notices, at=at)


def _one(lang: str, told: Told, report_id: UUID, label: str) -> push.Notice:
    return push.Notice(
        title=_title(lang, told, label),
        body=told.title,
        url=f"/reports/{report_id}",
        tag=tag_of(report_id),
        urgency_class="status",
        upon=push.Ground(ONE, (report_id,)),
    )


def _title(lang: str, told: Told, label: str) -> str:
    kind = i18n.translate(lang, told.kind)
    return i18n.translate(lang, "New at %(place)s: %(kind)s", place=label, kind=kind)


def tag_of(report_id: UUID) -> str:
    """Return by what notices and letters that somebody near hears of a report are known."""
    return f"near-{report_id}"


def place_tag_of(alert_id: UUID) -> str:
    """Return by what letters that name a followed place are known."""
    return f"place-{alert_id}"


def many(lang: str, count: int, digest_id: UUID) -> push.Notice:
    """Return the notice of several reports at once; it leads to the list of them."""
    return push.Notice(
        title=i18n.translate(lang, "What happened at your places"),
        body=_counted(lang, count),
        url="/me/places",
        tag="near-many",
        urgency_class="status",
        upon=push.Ground(MANY, (digest_id,)),
    )


def _counted(lang: str, count: int) -> str:
    return i18n.translate(lang, "New reports at places you follow: %(count)s", count=count)


def weigh_one(sources: Sources, session: Session, held: Held, at: datetime) -> Held | None:
    """Return what a notice of one report says by now, named by a place that still found it."""
    (report_id,) = held.keys
    finds = finds_of_report(session, held.person_id, report_id)
    told = sources.told_of(session, report_id) if finds else None
    if told is None:
        return None
    title = _title(_lang_of(session, sources, held), told, finds[0].label)
    return replace(held, title=title, body=told.title)


def weigh_many(sources: Sources, session: Session, held: Held, at: datetime) -> Held | None:
    """Return what a notice of several reports says by now, by how many are left of them."""
    (digest_id,) = held.keys
    left = {find.report_id for find in finds_of_digest(session, held.person_id, digest_id)}
    # That one is public is enough to ring; a whole day of a city would be asked for one by one.
    if all(sources.told_of(session, key) is None for key in left):
        return None
    return replace(held, body=_counted(_lang_of(session, sources, held), len(left)))


def _lang_of(session: Session, sources: Sources, held: Held) -> str:
    langs = directory.languages_of(session, [held.person_id])
    return langs.get(held.person_id, sources.settings.language)


def make_digests(
    session: Session, sources: Sources, hits: Sequence[AlertHit], *, at: datetime
) -> None:
    """Put what was found together for each person: a notice now, and a letter to follow."""
    shown = {key: sources.told_of(session, key) for key in {h.report_id for h in hits}}
    mine: dict[UUID, list[AlertHit]] = {}
    for hit in hits:
        hit.told_at = at
        if shown[hit.report_id] is not None:
            mine.setdefault(hit.person_id, []).append(hit)
    langs = directory.languages_of(session, mine)
    notices: dict[UUID, push.Notice] = {}
    made: list[DigestMade] = []
    for person_id, found in mine.items():
        digest_id = uuid4()
        for hit in found:
            hit.digest_id = digest_id
        lang = langs.get(person_id, sources.settings.language)
        notices[person_id] = many(lang, len({h.report_id for h in found}), digest_id)
        made.append(DigestMade(person_id=person_id, digest_id=digest_id))
    push.enqueue_each(session, notices, at=at)
    outbox.publish_all(session, made, at=at)


def drop_untold(session: Session, report_id: UUID, *, at: datetime) -> None:
    """Forget what was found and not told yet of a report that is not public any more.

    Notices of it that still wait are withdrawn: its reporter was never told of their own. Letters
    that name it among others are written anew.
    """
    session.execute(
        delete(AlertHit).where(AlertHit.report_id == report_id, AlertHit.told_at.is_(None))
    )
    push.withdraw(session, [tag_of(report_id)])
    letters.write_anew(session, [tag_of(report_id)], at=at)
