"""The first page tells what matters here: near my places, near where I am, else of the city."""

import pytest
from flask import Flask

from participation.alerts import actions as alerts
from participation.alerts.actions import Wish
from participation.alerts.rules import Kind
from participation.home import queries
from participation.reports import actions
from participation.reports.imports.arrivals import take_in
from participation.reports.models import Report
from participation.reports.rules import Status
from services import clock
from services.db import Session
from services.registry import HomeCard, Registry
from tests.flows.canaries import Visit
from tests.participation.reports.analysis.test_analysis_counts_by_hexagon_and_month import told
from tests.people import MINJI, SOYEON

HERE, FAR = (34.21, 127.91), (34.40, 127.99)


@pytest.fixture
def city(session: Session) -> Session:
    """Two reports here and one, the newest, far away."""
    at = clock.now()
    here = {"lat": HERE[0], "lon": HERE[1]}
    far = told(3, at, text="먼 곳의 일", lat=FAR[0], lon=FAR[1])
    near = [told(n, at, text=f"가까운 일 {n}", **here) for n in (1, 2)]
    take_in(session, [*near, far], at=at)
    session.commit()
    return session


def follow(session: Session, label: str, place: tuple[float, float]) -> None:
    wish = Wish(kind=Kind.CIRCLE, label=label, lat=place[0], lon=place[1], radius_m=50)
    alerts.follow_place(session, MINJI, wish, at=clock.now())
    session.commit()


def test_who_follows_a_place_reads_what_is_near_it(city: Session, visit: Visit) -> None:
    follow(city, "할머니 댁", HERE)
    page = visit(MINJI).get("/")
    assert "할머니 댁" in page
    assert "가까운 일 1" in page
    assert "먼 곳의 일" not in page
    assert "할머니 댁" not in visit(SOYEON).get("/")


def test_a_quiet_place_says_so(city: Session, visit: Visit) -> None:
    follow(city, "조용한 곳", (34.30, 127.95))
    assert "이 근처는 조용해요." in visit(MINJI).get("/")


def test_a_report_near_two_places_is_told_once(city: Session, visit: Visit) -> None:
    follow(city, "우리 집", HERE)
    follow(city, "가게", (HERE[0] + 1e-4, HERE[1]))
    assert visit(MINJI).get("/").count("가까운 일 1</a>") == 1


def test_a_stranger_reads_the_citys_newest_said_plainly(city: Session, visit: Visit) -> None:
    page = visit(None).get("/")
    assert "시 전체의 새 신고" in page
    assert "먼 곳의 일" in page


def test_a_browser_that_says_where_it_is_hears_of_there(city: Session, visit: Visit) -> None:
    answer = visit(None).client.get(f"/near?lat={HERE[0]}&lon={HERE[1]}")
    assert answer.status_code == 200
    assert "지금 있는 곳 가까이" in answer.text
    assert "가까운 일 1" in answer.text
    assert "먼 곳의 일" not in answer.text


@pytest.mark.parametrize("asked", ["", "lat=x&lon=1", "lat=nan&lon=1", "lat=91&lon=1"])
def test_what_is_no_place_is_refused_with_a_sentence(app: Flask, visit: Visit, asked: str) -> None:
    assert visit(None).client.get(f"/near?{asked}").status_code == 422


def test_what_was_mended_last_is_told_and_what_was_hidden_is_not(
    city: Session, visit: Visit
) -> None:
    assert "우리 시에서 고친 일" not in visit(None).get("/")
    first, *_ = city.query(Report).order_by(Report.source_id).all()
    actions.answer_report(city, SOYEON, first, Status.FIXED, "고쳤어요", at=clock.now())
    city.commit()
    page = visit(None).get("/")
    assert "우리 시에서 고친 일" in page
    assert f"/reports/{first.id}" in page.split("우리 시에서 고친 일")[1]


def test_an_alarm_comes_before_all_else(session: Session) -> None:
    def source(*_: object) -> list[HomeCard]:
        return [HomeCard("b", "", "", "/b", "waiting"), HomeCard("a", "", "", "/a", "alarm")]

    registry = Registry(home_cards=[source])
    cards = queries.cards_of(session, registry, MINJI, clock.now())
    assert [card.kind for card in cards] == ["alarm", "waiting"]


def test_an_empty_city_is_friendly_and_useful(visit: Visit) -> None:
    page = visit(None).get("/")
    assert "/reports/new" in page
    assert "우리 시에서 고친 일" not in page
