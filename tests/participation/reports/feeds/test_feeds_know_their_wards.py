"""A ward is the ground nearest to its name: told by looking at all, it is the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.reports.feeds.queries import FeedFilters, feed_page
from participation.reports.feeds.wards import Quarter, _apart, _squeeze, _ward, ward_named, ward_of
from services.db import Session

GRID = st.integers(0, 400).map(lambda n: n / 1000)
PLACE = st.tuples(GRID, GRID)
CITY = st.lists(PLACE, min_size=1, max_size=12, unique=True)
ODD = 0.000_317


@given(middles=CITY, places=st.lists(PLACE, min_size=1, max_size=8))
@settings(max_examples=200)
def test_every_place_lies_in_the_ward_of_its_nearest_name(
    middles: list[tuple[float, float]], places: list[tuple[float, float]]
) -> None:
    known = [Quarter(f"q{n}", 37.4 + a, 126.8 + b) for n, (a, b) in enumerate(middles)]
    wards = {one.name: _ward(one, known) for one in known}
    squeeze = _squeeze(known)
    for a, b in places:
        # Off the grid, so that no place is as near to one as to another.
        lat, lon = 37.4 + a + ODD, 126.8 + b + ODD * 1.7
        apart = sorted((_apart(q, lat, lon, squeeze), q.name) for q in known)
        if len(apart) > 1 and apart[1][0] - apart[0][0] < 1e-9:
            continue
        inside = [
            ward.name
            for ward in wards.values()
            if all(side.beyond((lon, lat)) <= 0 for side in ward.sides)
        ]
        assert inside == [apart[0][1]]
        west, south, east, north = wards[inside[0]].box
        assert west <= lon <= east
        assert south <= lat <= north


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_city_without_wards_has_none(session: Session, name: str) -> None:
    assert ward_named(session, name) is None
    assert ward_of(session, 37.5, 127.0) == ""
    assert feed_page(session, FeedFilters(ward="nowhere")).items == []
