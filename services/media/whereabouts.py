"""Where a photo says it was taken, read from its bytes without decoding the picture.

Source: Exif 2.32 (CIPA DC-008), section 4.6.6 (GPS attributes), in a TIFF 6.0 structure.
"""

import struct

HEAD = b"Exif\x00\x00"
LOOKED_AT = 512 * 1024
GPS_IFD = 0x8825
LAT_REF, LAT, LON_REF, LON = 1, 2, 3, 4
MOST_TAGS = 200
Tags = dict[int, tuple[int, int, bytes]]


def place_of(data: bytes) -> tuple[float, float] | None:
    """Return (latitude, longitude) in WGS84 degrees, or None where the photo names no place."""
    start = data.find(HEAD, 0, LOOKED_AT)
    if start < 0:
        return None
    tiff = data[start + len(HEAD) : start + len(HEAD) + 65_536]
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        return _place(tiff, order)
    except (struct.error, ZeroDivisionError, IndexError, OverflowError):
        return None


def _place(tiff: bytes, order: str) -> tuple[float, float] | None:
    first = _tags(tiff, struct.unpack_from(order + "I", tiff, 4)[0], order)
    if GPS_IFD not in first:
        return None
    gps = _tags(tiff, struct.unpack(order + "I", first[GPS_IFD][2])[0], order)
    if not {LAT_REF, LAT, LON_REF, LON} <= set(gps):
        return None
    lat = _degrees(tiff, gps[LAT][2], order) * (-1 if gps[LAT_REF][2][:1] in b"Ss" else 1)
    lon = _degrees(tiff, gps[LON][2], order) * (-1 if gps[LON_REF][2][:1] in b"Ww" else 1)
    # A camera that knew no place writes zeros.
    inside = abs(lat) <= 85 and abs(lon) <= 180 and (lat, lon) != (0.0, 0.0)
    return (lat, lon) if inside else None


def _tags(tiff: bytes, offset: int, order: str) -> Tags:
    count = min(struct.unpack_from(order + "H", tiff, offset)[0], MOST_TAGS)
    found: Tags = {}
    for n in range(count):
        tag, kind, length = struct.unpack_from(order + "HHI", tiff, offset + 2 + 12 * n)
        at = offset + 2 + 12 * n + 8
        found[tag] = (kind, length, tiff[at : at + 4])
    return found


def _degrees(tiff: bytes, where: bytes, order: str) -> float:
    """Return degrees, minutes and seconds, three rationals, as one number."""
    offset = struct.unpack(order + "I", where)[0]
    parts = struct.unpack_from(order + "6I", tiff, offset)
    degrees, minutes, seconds = (parts[i] / parts[i + 1] for i in (0, 2, 4))
    return float(degrees + minutes / 60 + seconds / 3600)
