"""Every place lies in one hexagon, and in the one whose middle is nearest."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.maps import HexGrid, grid_over

GRID = HexGrid(127.9, 34.2, 300.0)
offsets = st.floats(-0.05, 0.05)


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    wide = math.cos(math.radians(GRID.lat))
    return 111_320.0 * math.hypot((one[0] - other[0]) * wide, one[1] - other[1])


@given(offsets, offsets)
def test_a_place_is_nearest_to_the_middle_of_its_hexagon(east: float, north: float) -> None:
    place = (GRID.lon + east, GRID.lat + north)
    q, r = GRID.cell(*place)
    own = metres(place, GRID.middle((q, r)))
    around = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)]
    others = [metres(place, GRID.middle((q + dq, r + dr))) for dq, dr in around]
    assert own <= min(others) + 1e-6
    assert own <= GRID.side_m + 1e-6


def test_corners_stand_one_side_from_the_middle_and_close() -> None:
    ring = GRID.ring((3, -2))
    assert ring[0] == ring[-1]
    assert len(set(ring)) == 6
    for corner in ring:
        assert metres(corner, GRID.middle((3, -2))) == pytest.approx(GRID.side_m, rel=1e-6)


def test_neighbours_share_two_corners() -> None:
    rounded = [{(round(x, 9), round(y, 9)) for x, y in GRID.ring(c)} for c in ((0, 0), (1, 0))]
    assert len(rounded[0] & rounded[1]) == 2


def test_a_grid_fits_its_places() -> None:
    city = grid_over([(127.90, 34.20), (127.93, 34.23)])
    cells = {city.cell(127.90 + i * 0.001, 34.20 + j * 0.001) for i in range(31) for j in range(31)}
    assert 20 < len(cells) < 300
    with pytest.raises(ValueError, match="not enough values"):
        grid_over([])
