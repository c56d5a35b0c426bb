"""The demo city's past: the same reports for the same seed."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice, product
from uuid import UUID

import msgspec

from participation.accounts import directory
from participation.reports.drawings import VARIANTS, drawn
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.routing.queries import route
from participation.reports.rules import Category, Status
from services import media
from services.db import Session, refresh_statistics
from services.maps import Town

# So many of those that can be seen come with a picture.
PICTURED = 0.6
# How many photos more come with every fifth, by turns.
MORE = (0, 1, 0, 2, 0)
BATCH = 2000
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
ANSWERS: dict[Status, tuple[str, ...]] = {
    Status.FIXED: ("어제 다녀와서 고쳤어요. 알려 주셔서 고마워요.", "새 부품으로 바꿨어요."),
    Status.CLOSED: ("현장을 살폈고 더 할 일이 없어 마무리해요.",),
}


def seed_city(session: Session, town: Town, at: datetime) -> None:
    """Give the demo city a past: the same reports for the same seed."""
    chance = random.Random(town.seed)  # noqa: S311  a city, not a secret
    people = [person.id for person in directory.residents(session)]
    pictures = _pictures() if town.events else {}
    past = (_scene(chance, town, people, number, at) for number in range(town.events))
    for batch in batched(past, BATCH):
        routed = [_routed(session, _pictured(chance, one, pictures)) for one in batch]
        take_in(session, routed, at=at)
    refresh_statistics(session)


def _pictures() -> dict[Category, list[str]]:
    """Draw what can be seen, and return the hashes of the drawings by kind."""
    found: dict[Category, list[str]] = {}
    for category, variant in product(Category, range(VARIANTS)):
        if (data := drawn(category, variant)) is not None:
            found.setdefault(category, []).append(media.accept(data))
    return found


def _pictured(chance: random.Random, one: Arrival, pictures: dict[Category, list[str]]) -> Arrival:
    share, known = chance.random(), pictures.get(one.category, [])
    photo = chance.choice(known) if known and share < PICTURED else None
    if photo is None:
        return one
    # By its number and no draw: the rest of a seed's past stays what it was.
    others = [name for name in known if name != photo][: MORE[int(one.source_id) % len(MORE)]]
    return msgspec.structs.replace(one, photo_hash=photo, further=tuple(others))


def batched(past: Iterable[Arrival], size: int) -> Iterator[list[Arrival]]:
    """Yield lists of up to `size`, so that a large past is never held whole."""
    rest = iter(past)
    while batch := list(islice(rest, size)):
        yield batch


def _routed(session: Session, one: Arrival) -> Arrival:
    """Return a past report as the table of rules would have sent it."""
    found = route(session, one.category, one.lat, one.lon, one.opened_at)
    return msgspec.structs.replace(one, team_id=found.team_id, due_at=found.due_at)


def _scene(
    chance: random.Random, town: Town, people: list[UUID], number: int, at: datetime
) -> Arrival:
    category = chance.choice(list(Category))
    address = chance.choice(town.addresses)
    opened = at - timedelta(hours=chance.expovariate(1 / 400))
    hours = (at - opened) / timedelta(hours=1)
    settled = chance.random() < min(0.9, (at - opened).days / 12)
    ended = opened + timedelta(hours=chance.uniform(5, min(240, hours))) if settled else None
    waiting = [Status.OPEN, Status.ACKNOWLEDGED, Status.IN_PROGRESS]
    status = chance.choice(sorted(ANSWERS) if ended else waiting)
    return Arrival(
        source="demo",
        source_id=str(number),
        category=category,
        status=status,
        text=chance.choice(SCENES[category]),
        lat=address.lat + chance.uniform(-2e-4, 2e-4),
        lon=address.lon + chance.uniform(-2e-4, 2e-4),
        place=address.name_ko,
        opened_at=opened,
        ended_at=ended,
        answer=chance.choice(ANSWERS[status]) if ended else "",
        reporter_id=chance.choice(people) if people else None,
    )
