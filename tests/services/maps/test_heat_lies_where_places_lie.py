"""The heat of a city is densest where most was told, and is what Gaussian kernels sum to."""

import base64
import math

import numpy as np
import pytest

from services.maps.heat import heat_of
from services.maps.hexagons import DEGREE_M


def surface(places: list[tuple[float, float]], width_m: float = 200.0) -> tuple[np.ndarray, object]:
    heat = heat_of(places, width_m)
    assert heat is not None
    raw = base64.b64decode(heat.values)
    return np.frombuffer(raw, dtype=np.uint8).reshape(heat.high, heat.wide), heat


def test_it_is_densest_in_the_crowd_and_ends_within_its_box() -> None:
    crowd = [(127.90, 34.20)] * 40
    values, heat = surface([*crowd, (127.95, 34.23), (127.93, 34.21)])
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    lat = heat.north - (row + 0.5) / heat.high * (heat.north - heat.south)
    lon = heat.west + (column + 0.5) / heat.wide * (heat.east - heat.west)
    assert (lat, lon) == pytest.approx((34.20, 127.90), abs=0.001)
    edges = [values[0], values[-1], values[:, 0], values[:, -1]]
    assert max(int(edge.max()) for edge in edges) < 10


def test_each_value_is_the_sum_of_kernels() -> None:
    rng = np.random.default_rng(3)
    places = [(127.9 + float(x), 34.2 + float(y)) for x, y in rng.normal(0, 0.01, (200, 2))]
    values, heat = surface(places, 300.0)
    lons = heat.west + (np.arange(heat.wide) + 0.5) / heat.wide * (heat.east - heat.west)
    lats = heat.north - (np.arange(heat.high) + 0.5) / heat.high * (heat.north - heat.south)
    shrink = DEGREE_M * math.cos(math.radians(34.2))
    true = np.zeros(values.shape)
    for lon, lat in places:
        away = ((lats[:, None] - lat) * DEGREE_M) ** 2 + ((lons[None, :] - lon) * shrink) ** 2
        true += np.exp(-away / (2 * 300.0**2))
    assert np.abs(values - 255 * true / true.max()).max() < 20
    assert np.corrcoef(values.ravel(), true.ravel())[0, 1] > 0.995


def test_no_place_has_no_heat_and_one_has_some() -> None:
    assert heat_of([], 100.0) is None
    assert int(surface([(127.9, 34.2)])[0].max()) == 255
