"""A place that rests tells nothing, nor what it found before; new times keep the quiet hours."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from participation.alerts import actions, queries
from participation.alerts.models import Alert
from participation.alerts.queries import Times
from participation.alerts.rules import Way
from participation.reports import actions as reports
from participation.reports.models import Report
from participation.reports.rules import Status
from services import clock
from services.db import Session, unit_of_work
from services.outbox.events import OutboxEvent
from tests.pages import Pages
from tests.participation.alerts.conftest import Street
from tests.participation.alerts.test_quiet_hours_hold_notices import ZONE, around_now, keep
from tests.people import MINJI, SOYEON

Turn = Callable[[], int]
SOON, LATER, LAST = (timedelta(minutes=n) for n in (10, 70, 80))


def switch(street: Street, key: UUID, at: datetime, *, on: bool) -> None:
    with unit_of_work(street.engine) as session:
        actions.switch_alert(session, MINJI, session.get_one(Alert, key), on=on, at=at)


def digests(street: Street) -> int:
    made = sa.select(sa.func.count()).where(OutboxEvent.kind == "alerts.digest_made")
    with Session(street.engine) as session:
        return session.scalar(made) or 0


@pytest.fixture(params=Way)
def resting(street: Street, turn: Turn, request: pytest.FixtureRequest) -> UUID:
    """Return a place of Minji's that found something in quiet hours, and rests since."""
    keep(street, around_now())
    key = street.follow(MINJI, way=request.param)
    street.report()
    turn()
    switch(street, key, clock.now(), on=False)
    return key


def test_what_it_had_found_is_not_told_while_it_rests_nor_later(
    street: Street, tell: Callable[..., None], resting: UUID
) -> None:
    now = clock.now()
    tell(now + LATER)
    assert (street.notices(), digests(street)) == ([], 0)
    switch(street, resting, now + LATER, on=True)
    tell(now + LAST)
    assert (street.notices(), digests(street)) == ([], 0)
    assert MINJI.id is not None
    with Session(street.engine) as session:
        [found] = queries.lately_found(session, MINJI.id)
    assert found.report_id == street.hits()[0].report_id


def test_what_waits_still_is_told_if_it_wakes_before(
    street: Street, tell: Callable[..., None], resting: UUID
) -> None:
    now = clock.now()
    switch(street, resting, now + SOON, on=True)
    tell(now + SOON)
    assert street.notices() == []
    tell(now + LATER)
    assert len(street.notices()) == 1


def test_times_moved_meanwhile_bring_nothing_back(
    street: Street, tell: Callable[..., None], resting: UUID
) -> None:
    now = clock.now()
    with unit_of_work(street.engine) as session:
        actions.set_times(session, MINJI, Times(), ZONE, at=now + LATER)
    switch(street, resting, now + LAST, on=True)
    tell(now + timedelta(days=2))
    assert (street.notices(), digests(street)) == ([], 0)


def test_what_another_is_told_rings_nobody_who_rests(
    street: Street, turn: Turn, resting: UUID
) -> None:
    street.browser(SOYEON)
    street.follow(SOYEON)
    street.wait()
    report_id = street.hits()[0].report_id
    for status in (Status.FIXED, Status.OPEN):
        with unit_of_work(street.engine) as session:
            report = session.get_one(Report, report_id)
            reports.answer_report(session, SOYEON, report, status, "because", at=clock.now())
    turn()
    assert len(street.notices(SOYEON)) == 1
    assert street.notices() == []


def test_a_daily_hour_in_the_quiet_ones_waits_for_their_end(street: Street, turn: Turn) -> None:
    keep(street, Times(22 * 60, 7 * 60, 3))
    street.follow(MINJI, way=Way.DIGEST)
    street.report()
    turn()
    [found] = street.hits()
    keep(street, Times(22 * 60, 7 * 60, 3))
    [moved] = street.hits()
    assert moved.due_at == found.due_at
    for times, shown in ((Times(22 * 60, 6 * 60, 3), (6, 0)), (Times(None, None, 3), (3, 0))):
        keep(street, times)
        local = street.hits()[0].due_at.astimezone(ZoneInfo(ZONE))
        assert (local.hour, local.minute) == shown


def test_the_page_says_what_resting_means(street: Street, visit: Callable[..., Pages]) -> None:
    key, said = street.follow(MINJI), "그동안 있었던 일은 나중에도 알리지 않아요."
    pages = visit(MINJI)
    assert said not in pages.get("/me/places")
    switch(street, key, clock.now(), on=False)
    assert said in pages.get("/me/places")
