"""Morton cells: a box's ranges hold every place in it."""

from hypothesis import given
from hypothesis import strategies as st

from services.maps import morton, ranges, tile_of

LON = st.floats(-179.9, 179.0)
LAT = st.floats(-84.0, 84.0)
SIZE = st.floats(1e-5, 0.9)
SHARE = st.floats(0, 1)


@given(LON, LAT, SIZE, SIZE, SHARE, SHARE)
def test_every_place_of_a_box_lies_in_its_ranges(
    lon: float, lat: float, wide: float, high: float, u: float, v: float
) -> None:
    found = ranges((lon, lat, lon + wide, lat + high))
    cell = morton(min(lon + wide * u, lon + wide), min(lat + high * v, lat + high))
    assert 1 <= len(found) <= 16
    assert any(low <= cell <= top for low, top in found)
    assert found == sorted(found)


@given(LON, LAT)
def test_a_cell_fits_a_signed_integer_of_64_bits(lon: float, lat: float) -> None:
    assert 0 <= morton(lon, lat) < 1 << 62


def test_tiles_are_numbered_as_the_web_does() -> None:
    assert tile_of(0.0, 0.0, 1) == (1, 1)
    assert tile_of(-180.0, 85.0, 3) == (0, 0)
    assert tile_of(127.0, 37.5, 10) == (873, 396)
