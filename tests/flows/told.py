"""What an answer tells, in its words, its head and its pictures, and where it leads to."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from urllib.parse import unquote, urlsplit

import numpy as np
import pyvips
from werkzeug.test import TestResponse

from tests.flows.canaries import BLUE, GPS, ICC, RED

LINK = re.compile(r"""(?:href|src|url|navigate)\\?["']?\s*[=:>]\s*\\?["']?([^"'<>\s\\]+)""")
GPS_BYTES = [
    b"".join(n.to_bytes(4, order) for n in GPS)  # an EXIF rational, in either order of bytes
    for order in ("big", "little")
]
METADATA_BYTES = [b"Exif", b"EXIF", b"XMP ", b"xmpmeta", b"ICCP", b"ICC_PROFILE", *GPS_BYTES]
METADATA_BYTES.append(ICC.encode("utf-16-be"))
PIXELS = {"VP8 ", "VP8L", "VP8X", "ALPH"}


def told_by(answer: TestResponse, marks: dict[str, str]) -> set[str]:
    """Return the names of the marks that stand anywhere in an answer, however it is written."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    raw = answer.data.decode("utf-8", "replace") + "\n" + answer.data.decode("latin-1")
    text = f"{head}\n{raw}".lower()
    ways = (text, unescape(unquote(text)))
    return {name for name, mark in marks.items() if any(mark.lower() in way for way in ways)}


@lru_cache
def in_picture(data: bytes, *, inside: bool) -> list[str]:
    """Return what a picture tells besides what may be seen of it, `inside` by those it concerns."""
    told = [f"{mark!r} in a picture" for mark in METADATA_BYTES if mark in data]
    image = pyvips.Image.new_from_buffer(data, "")
    odd = ("exif", "xmp", "icc", "iptc", "comment", "gps", "png-")
    told += [f"a field {name}" for name in image.get_fields() if name.startswith(odd)]
    if data[:4] == b"RIFF":
        told += [f"a chunk {name}" for name in chunks(data) if name not in PIXELS]
    pixels = np.asarray(image.colourspace("srgb").numpy(), dtype=int)[..., :3]
    if alike(pixels, RED):
        told.append("a pixel under a cover")
    if not inside and alike(pixels, BLUE):
        told.append("a pixel of what is not public")
    return told


def alike(pixels: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(pixels - np.array(colour)).max(axis=-1) < 60).any())


def chunks(data: bytes) -> Iterator[str]:
    """Yield the names of a WebP's parts (RFC 9649, 2.3)."""
    at = 12
    while at + 8 <= len(data):
        yield data[at : at + 4].decode("latin-1")
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2


def links(path: str, answer: TestResponse) -> Iterator[str]:
    """Yield the paths on our own host that an answer leads to."""
    told = [answer.headers.get("Location", "")]
    if not answer.mimetype.startswith(("image/", "font/")):
        told += LINK.findall(answer.text)
    for one in told:
        parts = urlsplit(unescape(one))
        if parts.netloc in ("", "localhost") and parts.path.startswith("/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")
