"""Reports that come from elsewhere: the demo city's past, and other cities' open data."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select

from participation.accounts import directory
from participation.reports.models import REPORT_CLUSTER, Report, ReportEntry, ReportFollow
from participation.reports.rules import (
    ENDED,
    PUBLIC,
    SEVERITY,
    Category,
    Status,
    promised,
    title_of,
)
from services.db import Session
from services.maps import Town, add_point, morton

PAST = 240
SCENES: dict[Category, tuple[str, ...]] = {
    Category.STREET_LIGHT: (
        "가로등이 꺼져 있어요. 밤에 골목이 많이 어두워요.",
        "가로등이 계속 깜빡거려요.",
    ),
    Category.ROAD_DAMAGE: ("보도블록이 들려서 걸려 넘어질 뻔했어요.", "도로에 구멍이 났어요."),
    Category.LITTER: ("쓰레기가 며칠째 쌓여 있어요.", "분리수거함이 넘쳤어요."),
    Category.WATER: ("하수구가 막혀서 물이 고여요.", "수도관에서 물이 새요."),
    Category.GREEN: ("가로수 가지가 부러져서 인도를 막고 있어요.", "화단의 풀이 길을 덮었어요."),
    Category.TRAFFIC: ("신호등 초록불이 너무 짧아요.", "표지판이 반대로 돌아가 있어요."),
    Category.NOISE: ("새벽마다 공사 소리가 나요.",),
    Category.OTHER: ("놀이터 그네 줄이 닳았어요.",),
}


class Arrival(msgspec.Struct, frozen=True):
    """A report as another system told it. Times aware; place in WGS84 degrees."""

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


def take_in(session: Session, arrival: Arrival) -> bool:
    """Store an arrival once per (source, source_id); return whether it was new."""
    known = select(Report.id).where(
        Report.source == arrival.source, Report.source_id == arrival.source_id
    )
    if session.scalar(known) is not None:
        return False
    report = _row(arrival)
    session.add(report)
    session.flush()
    session.add_all(_story(report, arrival))
    if arrival.reporter_id is not None:
        follow = ReportFollow(report_id=report.id, person_id=arrival.reporter_id)
        follow.since = arrival.opened_at
        session.add(follow)
        report.followers = 1
    if arrival.status in PUBLIC:
        add_point(
            session,
            REPORT_CLUSTER,
            lat=arrival.lat,
            lon=arrival.lon,
            category=arrival.category.value,
        )
    return True


def _row(arrival: Arrival) -> Report:
    return Report(
        reporter_id=arrival.reporter_id,
        source=arrival.source,
        source_id=arrival.source_id,
        title=title_of(arrival.text),
        text=arrival.text,
        category=arrival.category.value,
        status=arrival.status.value,
        severity=SEVERITY[arrival.category],
        lat=arrival.lat,
        lon=arrival.lon,
        cell=morton(arrival.lon, arrival.lat),
        place=arrival.place,
        opened_at=arrival.opened_at,
        changed_at=arrival.ended_at or arrival.opened_at,
        due_at=arrival.due_at or promised(arrival.category, arrival.opened_at),
    )


def _story(report: Report, arrival: Arrival) -> Iterator[ReportEntry]:
    yield ReportEntry(
        report_id=report.id,
        at=arrival.opened_at,
        kind="opened",
        status=Status.OPEN.value,
        role="resident",
        actor_id=arrival.reporter_id,
        public=True,
    )
    if arrival.ended_at is not None:
        yield ReportEntry(
            report_id=report.id,
            at=arrival.ended_at,
            kind="answer",
            status=arrival.status.value,
            role="staff",
            public=True,
        )


def seed_city(session: Session, town: Town, at: datetime) -> None:
    """Give the demo city a past: the same reports for the same seed."""
    chance = random.Random(town.seed)  # noqa: S311  a city, not a secret
    people = [person.id for person in directory.residents(session)]
    for number in range(PAST):
        take_in(session, _scene(chance, town, people, number, at))


def _scene(
    chance: random.Random, town: Town, people: list[UUID], number: int, at: datetime
) -> Arrival:
    category = chance.choice(list(Category))
    address = chance.choice(town.addresses)
    opened = at - timedelta(hours=chance.expovariate(1 / 400))
    settled = chance.random() < min(0.9, (at - opened).days / 12)
    ended = min(at, opened + timedelta(hours=chance.uniform(5, 240))) if settled else None
    waiting = [Status.OPEN, Status.ACKNOWLEDGED, Status.IN_PROGRESS]
    return Arrival(
        source="demo",
        source_id=str(number),
        category=category,
        status=chance.choice(sorted(ENDED - {Status.REJECTED}))
        if ended
        else chance.choice(waiting),
        text=chance.choice(SCENES[category]),
        lat=address.lat + chance.uniform(-2e-4, 2e-4),
        lon=address.lon + chance.uniform(-2e-4, 2e-4),
        place=address.name_ko,
        opened_at=opened,
        ended_at=ended,
        reporter_id=chance.choice(people) if people else None,
    )
