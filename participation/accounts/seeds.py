"""Made-up people of the demo city: the same for the same seed, and nobody's real name."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert

from participation.accounts import actions
from participation.accounts.models import Person, PersonRole
from services import audit
from services.auth import Role
from services.db import Session
from services.maps import Town

FAMILIES = (
    *("김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신", "권"),
    *("황", "안", "송", "류", "홍", "전", "고", "문", "양", "손", "배", "백", "허", "남", "심"),
)
FIRST = ("가", "나", "다", "도", "라", "미", "보", "새", "서", "소", "아", "연", "예", "은", "하")
SECOND = ("람", "래", "루", "민", "빈", "솔", "슬", "온", "윤", "율", "진", "찬", "현", "담", "늘")
LONGEST_DAYS = 900


def seed_people(session: Session, town: Town, at: datetime) -> None:
    """Let the cast live in the town, and as many residents as it has."""
    actions.ensure_cast(session, at)
    chance = random.Random(f"{town.seed} people")  # noqa: S311  a city, not a secret
    people = [_person(chance, at) for _ in range(town.people)]
    if not people:
        return
    session.execute(insert(Person), people)
    roles = [{"person_id": one["id"], "role": Role.RESIDENT.value} for one in people]
    session.execute(insert(PersonRole), roles)
    count = {"count": str(len(people))}
    audit.record(session, None, "settle_town", "person", str(town.seed), at=at, detail=count)


def _person(chance: random.Random, at: datetime) -> dict[str, object]:
    name = chance.choice(FAMILIES) + chance.choice(FIRST) + chance.choice(SECOND)
    return {
        "id": UUID(int=chance.getrandbits(128), version=4),
        "display_name": name,
        "language": "ko",
        "created_at": at - timedelta(days=chance.uniform(1, LONGEST_DAYS)),
    }
