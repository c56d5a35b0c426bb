"""However much is found in a day, nobody gets it in parts, and no turn takes all of it at once."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from participation.alerts import jobs
from participation.alerts.models import Alert, AlertHit
from participation.alerts.rules import Way
from services import clock
from services.db import Session, insert_many, unit_of_work
from services.outbox.events import OutboxEvent
from services.push import PushMessage
from tests.crowds import crowd
from tests.participation.alerts.conftest import Street

PEOPLE, REPORTS = 60, 40
WHOLE = {"ko": "지켜보는 곳에 새 신고가 40건 있어요", "en": "New reports at places you follow: 40"}


def found(engine: sa.Engine, way: Way, reports: list[UUID], people: list[UUID]) -> None:
    """Let each of `people` follow the whole city, and have found each of `reports`."""
    at = clock.now()
    given = {"kind": "city", "label": "시", "categories": "", "way": way.value, "active": True}
    alerts = [{"id": uuid4(), "person_id": one, "since": at} | given for one in people]
    hits = [
        {"alert_id": alert["id"], "report_id": report, "way": way.value}
        | {"found_at": at, "due_at": at}
        for report in reports
        for alert in alerts
    ]
    with unit_of_work(engine) as session:
        insert_many(session, Alert, alerts)
        insert_many(session, AlertHit, hits)


def told(engine: sa.Engine) -> int:
    with Session(engine) as session:
        done = sa.select(sa.func.count()).where(AlertHit.told_at.is_not(None))
        return session.scalar(done) or 0


def bodies(engine: sa.Engine, people: list[UUID]) -> dict[UUID, list[str]]:
    """Return what the notices to each of `people` say."""
    said: dict[UUID, list[str]] = {}
    with Session(engine) as session:
        rows = session.execute(
            sa.select(PushMessage.person_id, PushMessage.body).where(
                PushMessage.person_id.in_(people)
            )
        )
        for who, body in rows:
            said.setdefault(who, []).append(msgspec.json.decode(body)["notification"]["body"])
    return said


@pytest.mark.parametrize("way", Way)
def test_each_is_told_all_of_theirs_once(
    street: Street, tell: Callable[..., None], way: Way
) -> None:
    reports = [street.report(text=f"lamp {n}") for n in range(REPORTS)]
    people = crowd(street.engine, PEOPLE)
    found(street.engine, way, reports, people)
    turns = []
    while (before := told(street.engine)) < PEOPLE * REPORTS:
        tell(clock.now() + timedelta(seconds=1))
        turns.append(told(street.engine) - before)
    assert len(turns) > 1
    assert max(turns) <= jobs.AT_ONCE
    langs = ["ko", "en"]
    wanted = {one: [WHOLE[langs[n % 2]]] for n, one in enumerate(people)}
    assert bodies(street.engine, people) == wanted
    with Session(street.engine) as session:
        made = sa.select(sa.func.count()).where(OutboxEvent.kind == "alerts.digest_made")
        assert session.scalar(made) == (PEOPLE if way is Way.DIGEST else 0)


def test_who_has_more_than_a_turn_takes_is_told_all_the_same(
    street: Street, tell: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 3)
    reports = [street.report(text=f"lamp {n}") for n in range(5)]
    people = crowd(street.engine, 2)
    found(street.engine, Way.DIGEST, reports, people)
    for done in (5, 10, 10):
        tell(clock.now() + timedelta(seconds=1))
        assert told(street.engine) == done
