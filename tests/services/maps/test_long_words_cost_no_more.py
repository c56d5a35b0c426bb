"""However many words somebody types for a place, finding none of it reads the names a few times."""

import sqlalchemy as sa

from services import maps
from services.db import Session, insert_many
from services.maps import morton
from services.maps.places import LEFT_OUT, PlaceName, folded


def add(session: Session, *names: str) -> None:
    spots = [(name, 34.2 + n / 1000, 127.9) for n, name in enumerate(names)]
    rows = [
        {"name": name, "folded": folded(name), "kind": 2, "lat": lat, "lon": lon}
        | {"cell": morton(lon, lat)}
        for name, lat, lon in spots
    ]
    insert_many(session, PlaceName, rows)


def readings(session: Session, words: str) -> int:
    """Return how often the names are read for `words`."""
    asked: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    bound = session.connection()
    sa.event.listen(bound, "before_cursor_execute", note)
    maps.search(session, words)
    sa.event.remove(bound, "before_cursor_execute", note)
    return sum("place_name" in statement for statement in asked)


def test_a_hundred_words_that_name_nothing_are_given_up_soon(session: Session) -> None:
    add(session, "매화로 54")
    assert readings(session, "z " * 100) <= LEFT_OUT + 1
    assert readings(session, "z") == 1


def test_country_province_city_and_district_may_stand_before_a_name(session: Session) -> None:
    add(session, "매화로 54")
    told = "대한민국 전라남도 하늘시 동구 매화동 매화로 54"
    assert [spot.name for spot in maps.search(session, told)] == ["매화로 54"]


def test_what_begins_so_comes_before_what_holds_it_and_short_before_long(session: Session) -> None:
    add(session, "큰매화 시장", "매화로 540", "매화로 54", "새매화")
    found = [spot.name for spot in maps.search(session, "매화")]
    assert found == ["매화로 54", "매화로 540", "새매화", "큰매화 시장"]
