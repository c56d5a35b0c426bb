"""However many follow a place, telling them asks the database as often as telling a few."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa

from participation.alerts.matching import cover
from participation.alerts.models import Alert, AlertCell, AlertHit
from participation.alerts.rules import Way
from services import clock
from services.db import Session, insert_many, unit_of_work
from services.outbox.events import OutboxEvent
from services.push import PushMessage
from tests.crowds import LANGUAGES, asked, crowd
from tests.participation.alerts.conftest import Street

Place = tuple[float, float]
FEW, MANY = 30, 300
PLACES: dict[int, Place] = {3: (37.5, 126.9), FEW: (37.5, 127.0), MANY: (37.5, 127.1)}
TITLES = {"ko": "집 {} 새 신고: 가로등", "en": "New at 집 {}: Street light"}
DIGESTS = {"ko": "지켜보는 곳에서 있었던 일", "en": "What happened at your places"}


def follow(engine: sa.Engine, many: int, way: Way) -> list[UUID]:
    """Let many people follow a place of their own crowd, each under a name of their own."""
    people, (lat, lon) = crowd(engine, many), PLACES[many]
    circle = {"lat": lat, "lon": lon, "radius_m": 300}
    given = {"kind": "circle", "categories": "", "way": way.value, "active": True}
    rows = [
        {"id": uuid4(), "person_id": one, "label": f"집 {n}", "since": clock.now()} | circle | given
        for n, one in enumerate(people)
    ]
    cells = [
        {"alert_id": row["id"], "cell": c} | circle for row in rows for c in cover(lat, lon, 300)
    ]
    with unit_of_work(engine) as session:
        insert_many(session, Alert, rows)
        insert_many(session, AlertCell, cells)
    return people


def told(engine: sa.Engine, people: list[UUID]) -> list[tuple[UUID, str]]:
    """Return each notice to one of `people` as (person, title)."""
    with Session(engine) as session:
        rows = session.execute(
            sa.select(PushMessage.person_id, PushMessage.body).where(
                PushMessage.person_id.in_(people), PushMessage.state == "waiting"
            )
        )
        return [(who, msgspec.json.decode(body)["notification"]["title"]) for who, body in rows]


def test_each_is_told_once_in_their_language_by_as_few_questions(
    street: Street, turn: Callable[[], int]
) -> None:
    counts = {}
    for many, place in PLACES.items():
        people = follow(street.engine, many, Way.PUSH)
        street.report(at=place)
        with asked(street.engine) as sent:
            turn()
        counts[many] = len(sent)
        titles = [TITLES[LANGUAGES[n % 2]].format(n) for n in range(many)]
        assert sorted(told(street.engine, people)) == sorted(zip(people, titles, strict=True))
    assert counts[MANY] == counts[FEW]


def test_digests_of_many_are_made_by_as_few_questions(
    street: Street, turn: Callable[[], int], tell: Callable[..., None]
) -> None:
    counts = {}
    for many, place in PLACES.items():
        people = follow(street.engine, many, Way.DIGEST)
        street.report(at=place)
        turn()
        street.wait()
        with asked(street.engine) as sent:
            tell(clock.now() + timedelta(seconds=1))
        counts[many] = len(sent)
        titles = [DIGESTS[LANGUAGES[n % 2]] for n in range(many)]
        assert sorted(told(street.engine, people)) == sorted(zip(people, titles, strict=True))
    assert counts[MANY] == counts[FEW]
    with Session(street.engine) as session:
        made = session.scalar(
            sa.select(sa.func.count()).where(OutboxEvent.kind == "alerts.digest_made")
        )
        digests = set(session.scalars(sa.select(AlertHit.digest_id)))
    assert made == sum(PLACES)
    assert len(digests - {None}) == sum(PLACES)
