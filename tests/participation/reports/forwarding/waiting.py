"""Bodies for which much waits: words, or letters, each of a report of its own."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.reports import actions
from participation.reports.actions import NewReport
from participation.reports.forwarding.models import Forwarding, ForwardingWord, OutsideBody
from participation.reports.models import ReportEntry
from participation.reports.rules import Category
from services import clock
from services.db import Session, unit_of_work
from tests.participation.reports.forwarding.conftest import LAMP, City
from tests.participation.reports.forwarding.test_bodies_of_every_kind import Body
from tests.participation.reports.forwarding.test_words_reach_the_other_body import HEARD, THANKS
from tests.people import MINJI


@pytest.fixture
def other() -> Iterator[Body]:
    made = Body()
    made.answers[HEARD] = (200, THANKS)
    yield made
    made.close()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], float]:
    """Let time pass that nobody waits for; return how much has passed so by now, in seconds."""
    real, passed = clock.now, [0.0]
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=passed[0]))

    def more(seconds: float) -> float:
        passed[0] += seconds
        return passed[0]

    return more


def words_for(city: City, url: str, count: int, ago_s: float = 60) -> UUID:
    """Let a body at `url` have `count` reports, with a word on each due `ago_s` seconds ago."""
    at, body_id = clock.now(), uuid4()
    due_at = at - timedelta(seconds=ago_s)
    with unit_of_work(city.engine) as session:
        session.add(OutsideBody(id=body_id, name=body_id.hex, url=url, made_at=at))
        session.flush()
        for _ in range(count):
            _word(session, body_id, due_at)
    return body_id


def _word(session: Session, body_id: UUID, due_at: datetime) -> None:
    at, names = clock.now(), [uuid4() for _ in range(3)]
    new = NewReport(
        category=Category.LITTER, text=LAMP, lat=34.21, lon=127.91, idempotency_key=uuid4().hex
    )
    report_id = actions.open_report(session, MINJI, new, at=at)
    row = Forwarding(id=names[0], report_id=report_id, body_id=body_id, service_code="x")
    row.state, row.due_at, row.made_at = "followed", at + timedelta(hours=20), at
    row.remote_id = names[1].hex
    session.add(row)
    session.flush()
    step = sa.select(ReportEntry.id).where(ReportEntry.report_id == report_id)
    told = ForwardingWord(id=names[2], forwarding_id=row.id, entry_id=session.scalar(step))
    told.word, told.state, told.due_at, told.tries = "OPEN", "waiting", due_at, 0
    session.add(told)


def words_of(city: City, body_id: UUID) -> list[ForwardingWord]:
    with Session(city.engine) as session:
        theirs = sa.select(Forwarding.id).where(Forwarding.body_id == body_id)
        wanted = sa.select(ForwardingWord).where(ForwardingWord.forwarding_id.in_(theirs))
        return list(session.scalars(wanted.order_by(ForwardingWord.tries, ForwardingWord.id)))


def letters_for(city: City, url: str, count: int, ago_s: float = 60) -> UUID:
    """Let `count` reports wait to go to a body at `url`, each due `ago_s` seconds ago."""
    body_id, due_at = words_for(city, url, count), clock.now() - timedelta(seconds=ago_s)
    new: dict[str, Any] = {"state": "waiting", "due_at": due_at, "remote_id": None}
    with unit_of_work(city.engine) as session:
        theirs = Forwarding.body_id == body_id
        ids = sa.select(Forwarding.id).where(theirs)
        session.execute(sa.delete(ForwardingWord).where(ForwardingWord.forwarding_id.in_(ids)))
        session.execute(sa.update(Forwarding).where(theirs).values(new))
    return body_id


def letters_of(city: City, body_id: UUID) -> list[Forwarding]:
    with Session(city.engine) as session:
        theirs = sa.select(Forwarding).where(Forwarding.body_id == body_id)
        return list(session.scalars(theirs.order_by(Forwarding.tries, Forwarding.id)))
