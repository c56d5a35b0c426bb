"""What waited days for its first look is news to who follows the place once it is let through."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from participation.reports import actions as reports
from participation.reports.blocks import actions as blocks
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import clock
from services.db import Session, unit_of_work
from tests.participation.alerts.conftest import HOME, Street
from tests.people import JUN, MINJI, SOYEON

Turn = Callable[[], int]
WEEKEND = timedelta(days=2, hours=16)


def held(street: Street, at: datetime) -> UUID:
    """Let Jun tell of a lamp that waits for a first look since then."""
    lat, lon = HOME
    new = reports.NewReport(
        category=Category.STREET_LIGHT,
        text="Dark lamp",
        lat=lat,
        lon=lon,
        idempotency_key=uuid4().hex,
        held=True,
    )
    with unit_of_work(street.engine) as session:
        return reports.open_report(session, JUN, new, at=at)


def let_through(street: Street, report_id: UUID, at: datetime) -> None:
    with unit_of_work(street.engine) as session:
        blocks.let_through(session, SOYEON, [session.get_one(Report, report_id)], at=at)


def move(street: Street, report_id: UUID, status: Status, at: datetime) -> None:
    with unit_of_work(street.engine) as session:
        report = session.get_one(Report, report_id)
        reports.answer_report(session, SOYEON, report, status, "because", at=at)


def test_what_waited_over_the_weekend_is_told_once(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    now = clock.now()
    report_id = held(street, now - WEEKEND)
    turn()
    assert street.notices() == []
    let_through(street, report_id, now)
    turn()
    [notice] = street.notices()
    assert "Dark lamp" in notice.body.decode()
    move(street, report_id, Status.FIXED, clock.now())
    move(street, report_id, Status.OPEN, clock.now())
    turn()
    assert len(street.notices()) == 1
    assert street.notices(JUN) == []


def test_what_was_turned_down_first_is_news_when_it_is_taken_up(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    now = clock.now()
    report_id = held(street, now - WEEKEND)
    move(street, report_id, Status.REJECTED, now - timedelta(hours=1))
    turn()
    move(street, report_id, Status.OPEN, now)
    turn()
    assert len(street.notices()) == 1


def test_what_was_let_through_long_ago_is_no_news(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    now = clock.now()
    report_id = held(street, now - 2 * WEEKEND)
    let_through(street, report_id, now - WEEKEND)
    turn()
    move(street, report_id, Status.FIXED, now)
    move(street, report_id, Status.OPEN, now)
    turn()
    assert street.notices() == []


def test_what_was_told_elsewhere_long_ago_is_no_news(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    now, (lat, lon) = clock.now(), HOME
    kind, state, since = Category.STREET_LIGHT, Status.REJECTED, now - 2 * WEEKEND
    arrival = Arrival("city", "1", kind, state, "Dark lamp", lat, lon, "", since, since)
    with unit_of_work(street.engine) as session:
        take_in(session, [arrival], at=now)
    with Session(street.engine) as session:
        report_id = session.query(Report.id).scalar()
    move(street, report_id, Status.OPEN, now)
    turn()
    assert street.notices() == []
