"""Morton cells: a place as one integer whose order keeps neighbours near (Z-order, Morton 1966).

Longitude and latitude are each scaled to 26 bits and interleaved, so a cell fits a signed
64-bit integer and measures about 0.6 m by 0.3 m. A box becomes a few ranges of integers.
"""

import math

BITS = 26
SIDE = 1 << BITS
Box = tuple[float, float, float, float]


def _spread(value: int) -> int:
    """Put a zero bit before each bit of a 32-bit value."""
    value = (value | value << 16) & 0x0000FFFF0000FFFF
    value = (value | value << 8) & 0x00FF00FF00FF00FF
    value = (value | value << 4) & 0x0F0F0F0F0F0F0F0F
    value = (value | value << 2) & 0x3333333333333333
    return (value | value << 1) & 0x5555555555555555


def _grid(lon: float, lat: float) -> tuple[int, int]:
    x = int((lon + 180.0) / 360.0 * SIDE)
    y = int((lat + 90.0) / 180.0 * SIDE)
    return min(max(x, 0), SIDE - 1), min(max(y, 0), SIDE - 1)


def morton(lon: float, lat: float) -> int:
    """Return the cell of a place in WGS84 degrees."""
    x, y = _grid(lon, lat)
    return _spread(x) | _spread(y) << 1


def ranges(box: Box, at_most: int = 16) -> list[tuple[int, int]]:
    """Return up to `at_most` inclusive cell ranges that together cover `box` (w, s, e, n).

    They may cover more than the box, never less: callers recheck the exact place.
    """
    x0, y0 = _grid(box[0], box[1])
    x1, y1 = _grid(box[2], box[3])
    # Squares of a quarter to a half of the longer side: finer ones cost more than they spare.
    level = max(max(x1 - x0, y1 - y0).bit_length() - 2, 0)
    found = _cover(x0, y0, x1, y1, level)
    while len(found) > at_most:
        level += 1
        found = _cover(x0, y0, x1, y1, level)
    return found


def _cover(x0: int, y0: int, x1: int, y1: int, level: int) -> list[tuple[int, int]]:
    """Return the merged ranges of the squares of side 2**level that touch the rectangle."""
    columns = [_spread(x) for x in range(x0 >> level, (x1 >> level) + 1)]
    rows = [_spread(y) << 1 for y in range(y0 >> level, (y1 >> level) + 1)]
    squares = sorted([column | row for column in columns for row in rows])
    merged: list[tuple[int, int]] = []
    first = last = squares[0]
    for square in squares[1:]:
        if square != last + 1:
            merged.append((first, last))
            first = square
        last = square
    merged.append((first, last))
    shift = 2 * level
    return [(lo << shift, ((hi + 1) << shift) - 1) for lo, hi in merged]


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return (x, y) of the web map tile at `zoom` that holds a place (slippy map scheme)."""
    side = 1 << zoom
    x = int((lon + 180.0) / 360.0 * side)
    rad = math.radians(min(max(lat, -85.05), 85.05))
    y = int((1.0 - math.asinh(math.tan(rad)) / math.pi) / 2.0 * side)
    return min(max(x, 0), side - 1), min(max(y, 0), side - 1)
