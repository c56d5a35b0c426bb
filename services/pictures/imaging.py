"""One picture made harmless, in a process of its own: bytes in, two WebP sizes out.

A hostile file can cost this process its life and nobody else's. Every metadata block is left
behind, for only pixels are carried over.
"""

import io
import math

import numpy as np
import pillow_heif
import pyvips

LARGE, SMALL = 1600, 320
PIXELS = 50_000_000
QUALITY = 80
# Each costs a pass over all the pixels, and may say nothing in a few bytes. Cameras write one,
# progressive encoders about ten, those that seek the smallest file some twenty.
SCANS = 40
EOI, SOS = 0xD9, 0xDA
FULL = 255


class PhotoError(Exception):
    """`code` is photo_type, photo_too_large or photo_unreadable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def kind_of(data: bytes) -> str:
    """Return jpeg, png, webp or heic by the first bytes; raises PhotoError for others."""
    if data[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
        return "heic"
    raise PhotoError("photo_type")


def opened(data: bytes) -> pyvips.Image:
    """Return the upright picture in sRGB, at most 1600 px a side; the size is checked first.

    Every pixel must be there: half a picture is refused, whatever its kind.
    """
    kind = kind_of(data)
    if kind == "jpeg" and scans_of(data) > SCANS:
        raise PhotoError("photo_unreadable")
    try:
        image = _heic(data) if kind == "heic" else _lazy(data)
        if image.width * image.height > PIXELS:
            raise PhotoError("photo_too_large")
        small = image.thumbnail_image(LARGE, height=LARGE, size="down", export_profile="srgb")
        # Decoding happens here and nowhere later, so that every fault of the file is met here.
        return small.copy_memory()
    except pyvips.Error as error:
        raise PhotoError("photo_unreadable") from error


def scans_of(data: bytes) -> int:
    """Return how many scans a JPEG has, read as decoders read it (ITU-T T.81, B.1.1).

    Segments are passed over by their length, so that nothing within them counts. Markers below C0
    are no beginning of one: a decoder that meets them amid a scan looks on right behind.
    """
    octets = np.frombuffer(data, dtype=np.uint8)
    first, second = octets[:-1], octets[1:]
    # Neither stuffed (00), nor fill (FF), nor a restart (D0 to D7), nor another beginning (D8).
    marks = (
        (first == 0xFF) & (second >= 0xC0) & (second != 0xFF) & ((second < 0xD0) | (second > 0xD8))
    )
    behind = count = 0
    for at in np.flatnonzero(marks).tolist():
        if at < behind:
            continue
        if data[at + 1] == EOI:
            break
        count += data[at + 1] == SOS
        behind = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return count


def _lazy(data: bytes) -> pyvips.Image:
    """Return a JPEG, PNG or WebP of which only the header was read."""
    return pyvips.Image.new_from_buffer(data, "", access="sequential", fail_on="truncated")


def _heic(data: bytes) -> pyvips.Image:
    try:
        container = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        width, height = container.size
        if width * height > PIXELS:
            raise PhotoError("photo_too_large")
        # The container's own turn (irot, imir) is applied in decoding; its EXIF copy is not
        # applied again (ISO/IEC 23008-12, 6.5.10).
        pixels = np.asarray(container)
    except PhotoError:
        raise
    except Exception as error:
        raise PhotoError("photo_unreadable") from error
    return pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")


def written(image: pyvips.Image) -> tuple[bytes, bytes]:
    """Return (large, small) WebP without any metadata."""
    if image.hasalpha():
        image = image.flatten(background=[FULL, FULL, FULL])
    image = image.colourspace("srgb").copy_memory()
    small = image.thumbnail_image(SMALL, height=SMALL, size="down")
    options = {"Q": QUALITY, "effort": 2, "keep": "none"}
    return image.webpsave_buffer(**options), small.webpsave_buffer(**options)


def boxed(image: pyvips.Image, boxes: list[tuple[float, float, float, float]]) -> pyvips.Image:
    """Return the picture with black boxes (x, y, width, height as shares of its sides).

    A point that a box only touches is covered too.
    """
    image = image.copy_memory()
    for x, y, w, h in boxes:
        left, top = int(x * image.width), int(y * image.height)
        wide = max(1, min(image.width, math.ceil((x + w) * image.width)) - left)
        high = max(1, min(image.height, math.ceil((y + h) * image.height)) - top)
        if left < image.width and top < image.height:
            image = image.draw_rect([0.0] * image.bands, left, top, wide, high, fill=True)
    return image


def prepare() -> None:
    """Make a process ready for pictures: nothing of one is kept for the next."""
    pyvips.cache_set_max(0)
