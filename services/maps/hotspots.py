"""Hot spots: cells that hold, with their neighbours, more than chance would put there."""

import math
from collections.abc import Mapping

from services.maps.hexagons import Cell

AROUND = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1))
# Two-sided 99 % of the normal distribution.
SURE = 2.576
FEWEST = 8


def hot_spots(counts: Mapping[Cell, int]) -> set[Cell]:
    """Return the cells (axial q, r) whose Gi* exceeds 2.576; none among fewer than eight cells.

    Source: Ord and Getis (1995), Local Spatial Autocorrelation Statistics, with weight one for a
    cell and its six neighbours. Cells without a count are not part of the city counted.
    """
    n = len(counts)
    if n < FEWEST:
        return set()
    mean = sum(counts.values()) / n
    spread = math.sqrt(max(sum(c * c for c in counts.values()) / n - mean * mean, 0.0))
    if spread == 0:
        return set()
    return {cell for cell in counts if _gi(cell, counts, mean, spread) > SURE}


def _gi(cell: Cell, counts: Mapping[Cell, int], mean: float, spread: float) -> float:
    q, r = cell
    near = [counts[other] for dq, dr in AROUND if (other := (q + dq, r + dr)) in counts]
    n, w = len(counts), len(near)
    scale = spread * math.sqrt((n * w - w * w) / (n - 1))
    return (sum(near) - mean * w) / scale if scale else 0.0
