"""A picture that was taken in carries pixels and nothing else."""

import contextlib
import io
import re
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import pyvips

from services.errors import DomainError, InvalidError
from services.media.processor import Processor
from services.media.store import Store
from services.pictures.imaging import SCANS, PhotoError, kind_of, scans_of

WIDE, HIGH = 2000, 1000


@pytest.fixture
def photos(tmp_path: Path) -> Processor:
    return Processor(Store(tmp_path / "media"))


def picture() -> pyvips.Image:
    return pyvips.Image.black(WIDE, HIGH, bands=3).linear([1] * 3, [10, 120, 200]).cast("uchar")


def large(photos: Processor, name: str) -> pyvips.Image:
    path = photos.store.path(name, "large")
    assert path is not None
    return pyvips.Image.new_from_file(str(path))


def test_it_is_turned_upright_made_small_and_stripped(photos: Processor) -> None:
    image = picture().copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "37/1 33/1 0/1")
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Make", "SECRETPHONE")
    data = image.jpegsave_buffer()
    assert b"SECRETPHONE" in data
    name = photos.accept(data)
    kept = large(photos, name)
    assert (kept.width, kept.height) == (800, 1600)
    path = photos.store.path(name, "large")
    assert path is not None
    raw = path.read_bytes()
    assert b"SECRETPHONE" not in raw
    assert b"EXIF" not in raw
    assert not [field for field in kept.get_fields() if "exif" in field or "icc" in field]


@pytest.mark.parametrize("form", ["png", "webp"])
def test_png_and_webp_are_taken(photos: Processor, form: str) -> None:
    data = getattr(picture(), f"{form}save_buffer")()
    assert large(photos, photos.accept(data)).width == 1600


def test_the_form_offers_the_kinds_that_are_taken_and_no_other() -> None:
    form = Path(__file__).parents[2] / "templates" / "reports" / "parts" / "form.html"
    offered = re.search(r'id="photo"[^>]* accept="([^"]+)"', form.read_text())
    assert offered is not None
    # HEIF is the family's other name of HEIC.
    kinds = {one.removeprefix("image/") for one in offered[1].split(",")} - {"heif"}
    first = {
        "jpeg": b"\xff\xd8\xff\xe0",
        "png": b"\x89PNG\r\n\x1a\n",
        "webp": b"RIFF\0\0\0\0WEBP",
        "heic": b"\0\0\0\x18ftypheic",
        "avif": b"\0\0\0\x18ftypavif",
    }
    taken = set()
    for kind, data in first.items():
        with contextlib.suppress(PhotoError):
            taken.add(kind_of(data))
            assert kind_of(data) == kind
    assert kinds == taken


def test_heic_is_taken(photos: Processor) -> None:
    file = io.BytesIO()
    pixels = np.zeros((64, 96, 3), dtype=np.uint8)
    pillow_heif.from_bytes("RGB", (96, 64), pixels.tobytes()).save(file)
    assert large(photos, photos.accept(file.getvalue())).width == 96


def bomb() -> bytes:
    """Return a small PNG that says it is 30,000 by 30,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack("!I", len(data)) + body + struct.pack("!I", zlib.crc32(body))

    header = struct.pack("!IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(100_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_type"),
        (b"GIF89a" + bytes(40), "photo_type"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "photo_unreadable"),
        (bomb(), "photo_too_large"),
        (b"\xff" * (20 * 1024 * 1024 + 1), "photo_too_large"),
    ],
)
def test_what_is_no_honest_picture_is_refused(photos: Processor, data: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        photos.accept(data)
    assert caught.value.code == code


def segment(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


def layered(scans: int, wide: int = 64, high: int = 64, between: bytes = b"") -> bytes:
    """Return a progressive JPEG whose every further scan says that nothing changes."""
    blocks = (wide // 8) * (high // 8)
    frame = struct.pack(">BHHB", 8, high, wide, 1) + bytes([1, 0x11, 0])
    parts = [b"\xff\xd8", segment(0xDB, b"\0" + bytes([1] * 64)), segment(0xC2, frame)]
    for table, sign in ((0x00, 0x00), (0x10, 0xE0)):
        parts.append(segment(0xC4, bytes([table, 1] + [0] * 15 + [sign])))
    parts += [segment(0xDA, bytes([1, 1, 0, 0, 0, 0])), bytes(blocks // 8 + 1)]
    # One end of band (E0) for up to 32,767 blocks, in fifteen bits.
    runs = "0".join([""] + ["1" * 14] * -(-blocks // 32767))
    runs += "1" * (-len(runs) % 8)
    body = int(runs, 2).to_bytes(len(runs) // 8, "big").replace(b"\xff", b"\xff\0")
    again = segment(0xDA, bytes([1, 1, 0, 1, 63, 0])) + body + between
    return b"".join([*parts, again * (scans - 1), b"\xff\xd9"])


def test_a_few_bytes_cannot_ask_for_hundreds_of_passes(photos: Processor) -> None:
    assert large(photos, photos.accept(layered(SCANS))).width == 64
    hostile = layered(900, 8160, 6120)
    began = time.monotonic()
    for data in (layered(SCANS + 1), hostile):
        with pytest.raises(InvalidError) as caught:
            photos.accept(data)
        assert caught.value.code == "photo_unreadable"
    # Worked on, it would be ended after six seconds.
    assert time.monotonic() - began < 5


def test_scans_are_counted_as_a_decoder_finds_them() -> None:
    assert scans_of(picture().jpegsave_buffer()) == 1
    assert 5 < scans_of(picture().jpegsave_buffer(interlace=True)) <= 12
    hidden = segment(0xE1, b"\xff\xda\0\x02" * 100)
    assert scans_of(layered(7, between=hidden)) == 7
    # What is no segment hides none: a decoder goes on right behind.
    assert scans_of(layered(7, between=b"\xff\x05\xff\xff")) == 7
    assert scans_of(layered(7, between=b"\xff\xd0\xff\xff")) == 7
    assert scans_of(layered(7) + layered(7)) == 7
    assert scans_of(layered(7)[:-2] + b"\xff\xda") == 8


def test_under_a_box_no_pixel_is_left(photos: Processor) -> None:
    name = photos.accept(picture().pngsave_buffer())
    redacted = photos.redact(name, [(0.25, 0.25, 0.5, 0.5)], by="clerk")
    assert redacted != name
    image = large(photos, redacted)
    inner = image.crop(440, 240, 700, 300)
    assert inner.max() < 12
    assert image.crop(0, 0, 300, 150).avg() > 50


def test_a_full_disk_keeps_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "media")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DomainError) as caught:
        store.put(b"large", b"small")
    assert caught.value.code == "storage_full"
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
