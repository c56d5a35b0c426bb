"""How many points wide and high a picture says it is, read from its bytes without decoding it.

Sources: PNG (ISO/IEC 15948, 11.2.2), JPEG (ITU-T T.81, B.2.2), WebP (RFC 9649, section 2).
"""

import struct

LOOKED_AT = 512 * 1024
# Frames of JPEG, from baseline to lossless; C4, C8 and CC among them are tables.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset(range(0xD0, 0xD9)) | {0x01, 0xFF}


def sides_of(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) in points; None where it is another kind, or cannot be read."""
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR":
            return struct.unpack_from(">II", data, 16)
        if data[:3] == b"\xff\xd8\xff":
            return _jpeg(data[:LOOKED_AT])
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        return None
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while data[at] == 0xFF:
        kind = data[at + 1]
        if kind in FRAMES:
            high, wide = struct.unpack_from(">HH", data, at + 5)
            return wide, high
        # A marker without a length is passed over; after all others stands how long they are.
        at += 1 if kind == 0xFF else 2
        if kind not in ALONE:
            at += max(2, struct.unpack_from(">H", data, at)[0])
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        wide, high = (int.from_bytes(data[n : n + 3], "little") for n in (24, 27))
        return wide + 1, high + 1
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        wide, high = struct.unpack_from("<HH", data, 26)
        return wide & 0x3FFF, high & 0x3FFF
    return None
