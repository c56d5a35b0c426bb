"""Pictures that are not what they say: refused with a sentence, and nothing of them is kept."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
import pyvips
from flask import Flask

from services.auth import Actor
from services.errors import InvalidError
from services.media.processor import Processor
from services.media.store import Store
from tests.flows.refusals import explains, stored
from tests.flows.test_report_to_answer import FORM
from tests.pages import Pages
from tests.people import MINJI

Visit = Callable[[Actor | None], Pages]
WIDE, HIGH = 320, 240
NOISE = np.random.default_rng(1).integers(0, 255, (HIGH, WIDE, 3), dtype=np.uint8)
# A white quarter at the top left tells which way a picture was turned.
MARKED = np.zeros((64, 96, 3), np.uint8)
MARKED[:32, :48] = 255


def saved(form: str, **options: Any) -> bytes:
    """Return noise as a file, so that every byte of it matters."""
    if form == "heic":
        file = io.BytesIO()
        pillow_heif.from_bytes("RGB", (WIDE, HIGH), NOISE.tobytes()).save(file)
        return file.getvalue()
    image = pyvips.Image.new_from_array(NOISE)
    data: bytes = getattr(image, f"{form}save_buffer")(**options)
    return data


WHOLE = {
    "jpeg": saved("jpeg"),
    "progressive jpeg": saved("jpeg", interlace=True),
    "png": saved("png"),
    "interlaced png": saved("png", interlace=True),
    "webp": saved("webp"),
    "lossless webp": saved("webp", lossless=True),
    "heic": saved("heic"),
}


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack("!I", len(data)) + body + struct.pack("!I", zlib.crc32(body))


def bomb(side: int) -> bytes:
    """Return a small PNG whose whole `side` by `side` white pixels are really there."""
    header = struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress((b"\x00" + b"\xff" * (side // 8)) * side, 9)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def text_bomb() -> bytes:
    """Return a PNG with a compressed remark of 200 MB."""
    packer = zlib.compressobj(9)
    remark = b"".join([packer.compress(bytes(1_000_000)) for _ in range(200)] + [packer.flush()])
    data = saved("png")
    return data[:33] + chunk(b"zTXt", b"Comment\x00\x00" + remark) + data[33:]


HOSTILE = {
    "a script with a picture's name": b"<?php system($_GET['c']); ?>",
    "a drawing": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "nothing": b"",
    "only a beginning": b"\xff\xd8\xff",
    "an archive": b"PK\x03\x04" + bytes(200),
    "huge by its header": bomb(64)[:16] + struct.pack("!II", 60_000, 60_000) + bomb(64)[24:],
    "huge indeed": bomb(16_000),
    "another kind inside": b"RIFF\xff\xff\xff\xffWEBP" + saved("jpeg"),
    "heic of nothing": struct.pack("!I", 24) + b"ftypheic" + bytes(400),
    "a list of pages": b"II*\x00" + bytes(100),
}


@pytest.fixture
def photos(tmp_path: Path) -> Processor:
    return Processor(Store(tmp_path / "media"))


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("form", sorted(WHOLE))
def test_half_a_picture_is_refused(photos: Processor, form: str, share: float) -> None:
    data = WHOLE[form]
    # The last chunk of a PNG holds nothing: without it every pixel is there.
    end = len(data) - 12 if "png" in form else len(data)
    with pytest.raises(InvalidError) as caught:
        photos.accept(data[: int(end * share)])
    assert caught.value.code in ("photo_unreadable", "photo_type")
    assert not list(photos.store.root.rglob("*.webp"))


@pytest.mark.parametrize("form", sorted(WHOLE))
def test_a_whole_one_is_taken(photos: Processor, form: str) -> None:
    path = photos.store.path(photos.accept(WHOLE[form]), "large")
    image = pyvips.Image.new_from_file(str(path))
    assert (image.width, image.height) == (WIDE, HIGH)


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_what_is_no_picture_is_refused_on_the_form(app: Flask, visit: Visit, what: str) -> None:
    pages = visit(MINJI)
    pages.get("/reports/new")
    before = stored(app)
    picture = (io.BytesIO(HOSTILE[what]), "lamp.jpg")
    answer = pages.post("/reports/", expect=422, photo=picture, **FORM)
    assert explains(answer)
    assert FORM["text"] in answer.text
    assert stored(app) == before


def test_a_packed_remark_does_not_fill_the_memory(photos: Processor) -> None:
    data = text_bomb()
    assert len(data) < 1_000_000
    try:
        name = photos.accept(data)
    except InvalidError:
        return
    path = photos.store.path(name, "large")
    assert path is not None
    assert path.stat().st_size < 500_000


@pytest.mark.parametrize("name", ["../../x.jpg", "a\x00.jpg", "사진 🏚️.jpg", "x" * 5000, "con"])
def test_the_name_of_a_file_means_nothing(app: Flask, visit: Visit, name: str) -> None:
    pages = visit(MINJI)
    pages.get("/reports/new")
    pages.post("/reports/", photo=(io.BytesIO(WHOLE["jpeg"]), name), **FORM)
    _, pictures = stored(app)
    assert len(pictures) == 2
    assert all(len(one.split(".")[0]) == 64 for one in pictures)


def exif(orientation: int) -> bytes:
    """Return an EXIF block with nothing but an orientation (EXIF 2.32, 4.6.4 A)."""
    entry = struct.pack("!HHIHH", 0x112, 3, 1, orientation, 0)
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack("!H", 1) + entry + bytes(4)


@pytest.mark.parametrize(
    ("orientation", "white"),
    [
        (1, "top left"),
        (2, "top right"),
        (3, "bottom right"),
        (4, "bottom left"),
        (5, "top left"),
        (6, "top right"),
        (7, "bottom right"),
        (8, "bottom left"),
    ],
)
def test_a_heic_picture_stands_upright(photos: Processor, orientation: int, white: str) -> None:
    file = io.BytesIO()
    picture = pillow_heif.from_bytes("RGB", (96, 64), MARKED.tobytes())
    picture.save(file, exif=exif(orientation), quality=-1)
    path = photos.store.path(photos.accept(file.getvalue()), "large")
    kept = pyvips.Image.new_from_file(str(path))
    assert (kept.width, kept.height) == ((96, 64) if orientation < 5 else (64, 96))
    pixels = kept.numpy()
    corners = {"top left": (4, 4), "top right": (4, -4), "bottom left": (-4, 4)}
    corners |= {"bottom right": (-4, -4)}
    found = [name for name, (y, x) in corners.items() if pixels[y, x, 0] > 128]
    assert found == [white]
    assert path is not None
    assert b"Exif" not in path.read_bytes()
