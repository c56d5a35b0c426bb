"""Who follows a place hears of a report there: once, at once, and never of their own."""

from collections.abc import Callable

import msgspec
import pytest

from participation.alerts import actions
from participation.alerts.models import Alert
from participation.alerts.rules import Kind
from participation.reports import actions as reports
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import clock
from services.db import unit_of_work
from services.maps import PlaceName, morton
from services.maps.places import QUARTER
from tests.participation.alerts.conftest import Street
from tests.people import JUN, MINJI, SOYEON

Turn = Callable[[], int]
AWAY = (37.5, 127.05)


def test_a_report_within_the_circle_is_told_at_once(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    report_id = street.report()
    turn()
    [notice] = street.notices()
    shown = msgspec.json.decode(notice.body)["notification"]
    assert shown["title"] == "우리 집 새 신고: 가로등"
    assert shown["body"] == "Dark lamp"
    assert shown["navigate"] == f"/reports/{report_id}"


def test_a_report_outside_is_not(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    street.report(at=AWAY)
    turn()
    assert street.notices() == []


def test_ones_own_report_is_no_news(street: Street, turn: Turn) -> None:
    street.follow(JUN)
    street.report(JUN)
    turn()
    assert street.notices(JUN) == []


def test_two_circles_around_it_tell_once(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    street.follow(MINJI, label="학교", radius_m=1000)
    street.report()
    turn()
    assert len(street.notices()) == 1
    assert len(street.hits()) == 2


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"categories": (Category.STREET_LIGHT,)}, 1),
        ({"categories": (Category.LITTER, Category.NOISE)}, 0),
        ({"kind": Kind.CITY, "categories": (Category.STREET_LIGHT,)}, 1),
        ({"kind": Kind.CITY, "categories": (Category.LITTER,)}, 0),
        ({"kind": Kind.WORDS, "words": "LAMP"}, 1),
        ({"kind": Kind.WORDS, "words": "l_mp"}, 0),
    ],
)
def test_kinds_and_words_narrow_what_is_told(
    street: Street, turn: Turn, wish: dict[str, object], told: int
) -> None:
    street.follow(MINJI, **wish)
    street.report()
    turn()
    assert len(street.notices()) == told


def test_an_event_heard_twice_tells_once(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    report_id = street.report()
    turn()
    move(street, report_id, Status.FIXED)
    move(street, report_id, Status.OPEN)
    turn()
    near = [n for n in street.notices() if b"navigate" in n.body and "우리 집".encode() in n.body]
    assert len(near) == 1


def test_what_is_hidden_before_it_is_told_is_told_to_nobody(street: Street, turn: Turn) -> None:
    street.follow(MINJI)
    report_id = street.report()
    move(street, report_id, Status.REJECTED)
    turn()
    assert street.notices() == []
    move(street, report_id, Status.OPEN)
    turn()
    assert len(street.notices()) == 1


def test_a_notice_that_waits_is_withdrawn_when_its_report_is_hidden(
    street: Street, turn: Turn
) -> None:
    street.follow(MINJI)
    report_id = street.report()
    turn()
    move(street, report_id, Status.REJECTED)
    turn()
    assert [(n.state, n.body) for n in street.notices()] == [("dead", b"")]


def move(street: Street, report_id: object, status: Status) -> None:
    with unit_of_work(street.engine) as session:
        report = session.get_one(Report, report_id)
        reports.answer_report(session, SOYEON, report, status, "because", at=clock.now())


def test_a_switched_off_place_is_silent(street: Street, turn: Turn) -> None:
    key = street.follow(MINJI, kind=Kind.CITY)
    with unit_of_work(street.engine) as session:
        alert = session.get_one(Alert, key)
        actions.switch_alert(session, MINJI, alert, on=False, at=clock.now())
    street.report()
    turn()
    assert street.notices() == []


def test_a_ward_is_the_ground_nearest_to_its_name(street: Street, turn: Turn) -> None:
    with unit_of_work(street.engine) as session:
        for name, lon in (("매화동", 126.99), ("보리동", 127.05)):
            row = PlaceName(name=name, folded=name, kind=QUARTER, lat=37.5, lon=lon)
            row.cell = morton(lon, 37.5)
            session.add(row)
    street.follow(MINJI, kind=Kind.WARD, label="동네", ward="매화동")
    street.report(text="ours")
    street.report(text="theirs", at=AWAY)
    turn()
    [notice] = street.notices()
    assert "ours" in notice.body.decode()
