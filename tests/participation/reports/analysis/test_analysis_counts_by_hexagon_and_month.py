"""Staff see where reports gather: counted by hexagon and month, none lost, none twice."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from participation.reports.analysis.queries import analysis, months_until, newest_month
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.rules import Category, Status
from services.db import Session
from tests.conftest import AT

SEOUL = ZoneInfo("Asia/Seoul")


def told(number: int, opened_at: datetime, **changes: object) -> Arrival:
    known = {
        "source": "test",
        "source_id": str(number),
        "category": Category.LITTER,
        "status": Status.OPEN,
        "text": "쓰레기",
        "lat": 34.21 + number * 1e-5,
        "lon": 127.91,
        "place": f"하늘시 바다로 {number}",
        "opened_at": opened_at,
        "ended_at": None,
    }
    return Arrival(**(known | changes))  # type: ignore[arg-type]


def test_months_are_those_of_the_citys_clock(session: Session) -> None:
    late_in_october = datetime(2026, 10, 31, 15, 30, tzinfo=UTC)  # 1 November in Seoul
    take_in(session, [told(1, late_in_october), told(2, AT)], at=AT)
    found = analysis(session, "2026-11", SEOUL, at=AT)
    assert found.months[0] == "2025-12"
    assert found.totals == [0] * 11 + [2]
    assert newest_month(session, SEOUL) == "2026-11"


def test_every_public_report_is_counted_once(session: Session) -> None:
    spread = [told(n, AT, lat=34.2 + n % 7 * 0.004, lon=127.9 + n % 5 * 0.005) for n in range(200)]
    hidden = [told(900, AT, status=Status.REJECTED, ended_at=AT)]
    outside = [told(901, AT, lat=35.5)]
    take_in(session, spread + hidden + outside, at=AT)
    found = analysis(session, "2026-11", SEOUL, at=AT, within=(127.8, 34.1, 128.0, 34.3))
    assert sum(found.totals) == 200
    assert sum(h.total for h in found.hexagons) == 200
    assert len(found.hexagons) > 10
    assert found.hexagons[0].total == max(h.total for h in found.hexagons)


def test_a_hexagon_bears_a_street_and_no_door(session: Session) -> None:
    take_in(session, [told(n, AT) for n in range(3)], at=AT)
    assert [h.place for h in analysis(session, "2026-11", SEOUL, at=AT).hexagons] == [
        "하늘시 바다로"
    ]


def test_one_kind_can_be_chosen(session: Session) -> None:
    take_in(session, [told(1, AT), told(2, AT, category=Category.NOISE)], at=AT)
    assert sum(analysis(session, "2026-11", SEOUL, at=AT, category="noise").totals) == 1


def test_no_reports_make_no_hexagons(session: Session) -> None:
    assert analysis(session, "2026-11", SEOUL, at=AT).hexagons == []
    assert newest_month(session, SEOUL) is None


@pytest.mark.parametrize("odd", ["", "2026", "2026-13", "x", "0000-01", "2026-11-02"])
def test_a_month_that_is_none_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match="is no month"):
        months_until(odd)
