"""Hexagons of one size over a city, so that places can be counted without naming a door.

Pointy-top hexagons in axial coordinates (q, r), laid on a plane that touches the earth at the
grid's own origin: within a city the error stays below what a door is wide.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

DEGREE_M = 111_320.0
SIDES_M = (100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 7500, 10_000)
ROOT_3 = math.sqrt(3.0)
Place = tuple[float, float]
Cell = tuple[int, int]


class HexGrid(msgspec.Struct, frozen=True):
    """A grid with a hexagon in the middle of `lon`, `lat` (WGS84 degrees); `side_m` in metres."""

    lon: float
    lat: float
    side_m: float

    def cell(self, lon: float, lat: float) -> Cell:
        """Return the hexagon (q, r) a place lies in."""
        return self.cells([lon], [lat])[0]

    def cells(self, lons: Sequence[float], lats: Sequence[float]) -> list[Cell]:
        """Return the hexagon (q, r) that each place lies in, in their order."""
        x = (np.asarray(lons) - self.lon) * DEGREE_M * math.cos(math.radians(self.lat))
        y = (np.asarray(lats) - self.lat) * DEGREE_M / self.side_m
        return _rounded(x / self.side_m * ROOT_3 / 3 - y / 3, y * 2 / 3)

    def middle(self, cell: Cell) -> Place:
        """Return (lon, lat) of a hexagon's middle."""
        q, r = cell
        return self._place(ROOT_3 * (q + r / 2), 1.5 * r)

    def ring(self, cell: Cell) -> list[Place]:
        """Return a hexagon's corners as (lon, lat), closed: seven places."""
        q, r = cell
        x, y = ROOT_3 * (q + r / 2), 1.5 * r
        turns = [math.radians(60 * n + 30) for n in range(6)]
        corners = [self._place(x + math.cos(t), y + math.sin(t)) for t in turns]
        return [*corners, corners[0]]

    def _place(self, x: float, y: float) -> Place:
        wide = DEGREE_M * math.cos(math.radians(self.lat))
        return self.lon + x * self.side_m / wide, self.lat + y * self.side_m / DEGREE_M


def _rounded(q: np.ndarray, r: np.ndarray) -> list[Cell]:
    """Return the hexagons nearest to fractional ones: round all three axes, mend the worst."""
    s = -q - r
    whole_q, whole_r, whole_s = np.rint(q), np.rint(r), np.rint(s)
    off_q, off_r, off_s = abs(whole_q - q), abs(whole_r - r), abs(whole_s - s)
    worst_q = (off_q > off_r) & (off_q > off_s)
    worst_r = ~worst_q & (off_r > off_s)
    found_q = np.where(worst_q, -whole_r - whole_s, whole_q).astype(int)
    found_r = np.where(worst_r, -whole_q - whole_s, whole_r).astype(int)
    return list(zip(found_q.tolist(), found_r.tolist(), strict=True))


def grid_over(places: Iterable[Place], across: int = 14) -> HexGrid:
    """Return a grid of about `across` hexagons over the extent of `places` (lon, lat).

    Raises ValueError for no places.
    """
    lons, lats = zip(*places, strict=True)
    lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    wide = (max(lons) - min(lons)) * DEGREE_M * math.cos(math.radians(lat)) / ROOT_3
    high = (max(lats) - min(lats)) * DEGREE_M / 1.5
    wanted = max(wide, high) / across
    side = next((float(s) for s in SIDES_M if s >= wanted), wanted)
    return HexGrid(lon, lat, side)
