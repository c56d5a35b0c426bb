"""Reports that other systems told: stored in bulk, each once, telling nobody."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import insert, select, tuple_

from participation.reports.history.chain import add_stories
from participation.reports.history.rules import Seal, Stands, seal_of, words_of
from participation.reports.models import (
    REPORT_CLUSTER,
    Report,
    ReportFollow,
    ReportPhoto,
    ReportUnpromised,
)
from participation.reports.promises.rules import rises_at
from participation.reports.routing.actions import team_of_body
from participation.reports.routing.grounds import place_reports
from participation.reports.routing.queries import calendar_of, teams
from participation.reports.rules import (
    ENDED,
    PROMISE_DAYS,
    SEVERITY,
    Category,
    Status,
    shelf_of,
    title_of,
)
from services import audit
from services.auth import STRANGER
from services.db import Session
from services.maps import add_points, morton
from services.workdays import Calendar


class Arrival(msgspec.Struct, frozen=True):
    """A report as another system told it. Times aware; place in WGS84 degrees (lat, lon).

    `answer` is what the other city said at `ended_at`; `due_at` its own promise, if it made one;
    `body` who answers for it there, where no team of ours does; `photo_hash` of services.media,
    `further` those of its second and third photo.
    """

    source: str
    source_id: str
    category: Category
    status: Status
    text: str
    lat: float
    lon: float
    place: str
    opened_at: datetime
    ended_at: datetime | None
    reporter_id: UUID | None = None
    due_at: datetime | None = None
    answer: str = ""
    team_id: UUID | None = None
    body: str = ""
    photo_hash: str | None = None
    further: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for one that ended at no moment: its story would not say that it did."""
        if self.status in ENDED and self.ended_at is None:
            raise ValueError("an arrival that ended says when")


def take_in(session: Session, arrivals: Sequence[Arrival], *, at: datetime) -> int:
    """Store the arrivals that are new by (source, source_id) and return how many were.

    Nothing is published: what is long past is no news to anyone.
    """
    known = _known(session, arrivals)
    new = {(a.source, a.source_id): a for a in arrivals if (a.source, a.source_id) not in known}
    if not new:
        return 0
    keyed = [(uuid4(), arrival) for arrival in new.values()]
    calendar = calendar_of(session)
    theirs = {one: team_of_body(session, STRANGER, one, at=at) for one in _bodies(new.values())}
    rows = [_report(key, a, calendar, at) | _team(a, theirs) for key, a in keyed]
    session.execute(insert(Report), rows)
    if unpromised := [{"report_id": key} for key, a in keyed if not _promised(a)]:
        session.execute(insert(ReportUnpromised), unpromised)
    if further := [row for key, a in keyed for row in _further(key, a)]:
        session.execute(insert(ReportPhoto), further)
    place_reports(session, ((key, a.lat, a.lon) for key, a in keyed))
    words = {key: words_of(title_of(a.text), a.text[:4000]) for key, a in keyed}
    named = teams(session)
    seals = {key: _seal(row, a, named) for row, (key, a) in zip(rows, keyed, strict=True)}
    add_stories(session, [row for key, a in keyed for row in _story(key, a)], words, seals)
    if follows := [_follow(key, a) for key, a in keyed if a.reporter_id is not None]:
        session.execute(insert(ReportFollow), follows)
    shown = [(r["lat"], r["lon"], r["category"], r["shelf"]) for r in rows if r["shelf"]]
    add_points(session, REPORT_CLUSTER, shown)
    for source in sorted({a.source for a in new.values()}):
        count = sum(a.source == source for a in new.values())
        detail = {"count": str(count)}
        audit.record(session, None, "take_in_reports", "report", source, at=at, detail=detail)
    return len(new)


def _bodies(arrivals: Iterable[Arrival]) -> set[str]:
    return {a.body for a in arrivals if a.body and a.team_id is None}


def _team(a: Arrival, teams: dict[str, UUID]) -> dict[str, UUID | None]:
    return {"team_id": a.team_id or teams.get(a.body)}


def _known(session: Session, arrivals: Iterable[Arrival]) -> set[tuple[str | None, str | None]]:
    names = [(a.source, a.source_id) for a in arrivals]
    if not names:
        return set()
    source = tuple_(Report.source, Report.source_id)
    rows = session.execute(select(Report.source, Report.source_id).where(source.in_(names)))
    return {(row.source, row.source_id) for row in rows}


def _report(key: UUID, a: Arrival, calendar: Calendar, at: datetime) -> dict[str, Any]:
    due = a.due_at or calendar.due(a.opened_at, PROMISE_DAYS[a.category])
    return {
        "id": key,
        "reporter_id": a.reporter_id,
        "source": a.source,
        "source_id": a.source_id,
        "title": title_of(a.text),
        "text": a.text[:4000],
        "answer": "",
        "category": a.category.value,
        "status": a.status.value,
        "severity": SEVERITY[a.category],
        "lat": a.lat,
        "lon": a.lon,
        "cell": morton(a.lon, a.lat),
        "place": a.place[:200],
        "opened_at": a.opened_at,
        "changed_at": a.ended_at or a.opened_at,
        "ended_at": a.ended_at,
        "due_at": due,
        "promised_at": due,
        "rises_at": rises_at(calendar, a.opened_at, due) if a.ended_at is None else None,
        "team_id": a.team_id,
        "photo_hash": a.photo_hash,
        "followers": 0 if a.reporter_id is None else 1,
        "shelf": shelf_of(a.status, a.opened_at, a.ended_at, merged=False, at=at).value,
    }


def _promised(a: Arrival) -> bool:
    """Say whether somebody gave a day for it: we do for what has no other source."""
    return a.due_at is not None or not a.source


def _seal(row: dict[str, Any], a: Arrival, teams: Mapping[UUID, tuple[str, str]]) -> Seal:
    promised = row["promised_at"] if _promised(a) else None
    body, team = teams.get(row["team_id"], (None, None))
    now = (row["category"], row["due_at"], promised, None, body, team, row["status"])
    return seal_of(Stands(*now))


def _further(key: UUID, a: Arrival) -> list[dict[str, Any]]:
    named = enumerate(a.further, 2)
    return [{"report_id": key, "position": n, "photo_hash": name} for n, name in named]


def _story(key: UUID, a: Arrival) -> list[dict[str, Any]]:
    opened = {
        "id": uuid4(),
        "report_id": key,
        "at": a.opened_at,
        "kind": "opened",
        "status": Status.OPEN.value,
        "text": "",
        "role": "resident",
        "actor_id": a.reporter_id,
        "public": True,
    }
    # What is being worked on says so in its story too; since when, nobody told.
    working = a.opened_at if a.status not in (Status.OPEN, *ENDED) else None
    if (moved_at := a.ended_at or working) is None:
        return [opened]
    moved = opened | {
        "id": uuid4(),
        "at": moved_at,
        "kind": "answer",
        "status": a.status.value,
        "text": a.answer[:4000],
        "role": "staff",
        "actor_id": None,
    }
    return [opened, moved]


def _follow(key: UUID, a: Arrival) -> dict[str, Any]:
    return {"report_id": key, "person_id": a.reporter_id, "since": a.opened_at}
