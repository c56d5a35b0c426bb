"""How densely places lie: a surface of Gaussian kernels over a box, as small as a picture."""

import base64
import math
from collections.abc import Iterable

import msgspec
import numpy as np

from services.maps.hexagons import DEGREE_M, Place

ACROSS = 128
MOST = 255
# Beyond three widths a kernel adds nothing one sees.
REACH = 3.0


class Heat(msgspec.Struct, frozen=True):
    """A density over west, south, east, north (degrees): `values` has `wide` x `high` bytes.

    They run from the north-western corner, row by row, 255 at the densest, in base64.
    """

    west: float
    south: float
    east: float
    north: float
    wide: int
    high: int
    values: str


def heat_of(places: Iterable[Place], width_m: float) -> Heat | None:
    """Return the density of places (lon, lat) with kernels of `width_m`; None for no places.

    The kernels' reach lies within the box. Source: Silverman (1986), Density Estimation, 4.2.
    """
    found = np.array(list(places), dtype=float)
    if len(found) == 0:
        return None
    middle = float(found[:, 1].mean())
    high_degree, wide_degree = DEGREE_M, DEGREE_M * math.cos(math.radians(middle))
    margin = REACH * width_m / np.array([wide_degree, high_degree])
    low, top = found.min(axis=0) - margin, found.max(axis=0) + margin
    size_m = (top - low) * np.array([wide_degree, high_degree])
    step = float(size_m.max()) / ACROSS
    wide, high = (max(1, math.ceil(side / step)) for side in size_m)
    counts, _, _ = np.histogram2d(
        top[1] - found[:, 1],
        found[:, 0] - low[0],
        bins=(high, wide),
        range=((0, top[1] - low[1]), (0, top[0] - low[0])),
    )
    surface = _blurred(_blurred(counts, width_m / step, 0), width_m / step, 1)
    values = np.rint(surface * (MOST / surface.max())).astype(np.uint8)
    west, south, east, north = map(float, (low[0], low[1], top[0], top[1]))
    text = base64.b64encode(values.tobytes()).decode()
    return Heat(west, south, east, north, wide, high, text)


def _blurred(counts: np.ndarray, width: float, axis: int) -> np.ndarray:
    """Return counts spread by a Gaussian of `width` cells along an axis."""
    reach = max(1, math.ceil(REACH * width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    kernel /= kernel.sum()

    def spread(line: np.ndarray) -> np.ndarray:
        return np.convolve(line, kernel)[reach : reach + len(line)]

    return np.apply_along_axis(spread, axis, counts)
