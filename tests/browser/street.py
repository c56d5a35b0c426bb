"""Streets drawn for the tests: faces of a few ovals, number plates, and what looks like them."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvips

Canvas = npt.NDArray[np.float64]
Square = tuple[int, int, int]
Sign = tuple[int, int, int, int, str]
WIDE, HIGH = 1600, 1200
FACE = 200


def _oval(canvas: Canvas, x: int, y: int, rx: int, ry: int, value: float) -> None:
    rows, columns = np.mgrid[0 : canvas.shape[0], 0 : canvas.shape[1]]
    canvas[((columns - x) / rx) ** 2 + ((rows - y) / ry) ** 2 <= 1] = value


def face(skin: float = 190, hair: float = 50) -> Canvas:
    """Return a square of 200 points with a face; -1 where there is none of it."""
    drawn = np.full((FACE, FACE), -1.0)
    _oval(drawn, 100, 95, 82, 100, hair)
    _oval(drawn, 100, 110, 68, 88, skin)
    _oval(drawn, 100, 20, 70, 28, hair)
    for x in (70, 130):
        for part in ((84, 26, 16, -55), (88, 15, 8, 30), (88, 8, 8, 30 - skin)):
            _oval(drawn, x, part[0], part[1], part[2], skin + part[3])
        _oval(drawn, x, 70, 24, 6, hair + 20)
    for y, rx, ry, lighter in ((105, 9, 30, 18), (134, 17, 7, -45), (160, 30, 8, -80)):
        _oval(drawn, 100, y, rx, ry, skin + lighter)
    for x in (45, 155):
        _oval(drawn, x, 130, 12, 30, skin - 25)
    return drawn


def empty_street(seed: int = 1) -> Canvas:
    """Return sky above a road, with a camera's noise."""
    noise = np.random.default_rng(seed).normal(0, 3, (HIGH, WIDE))
    drawn = np.linspace(205, 150, HIGH)[:, None] * np.ones((1, WIDE))
    drawn[HIGH * 2 // 3 :] = 110
    return drawn + noise


def put_face(street: Canvas, at: Square, skin: float = 190, hair: float = 50) -> None:
    x, y, size = at
    steps = (np.arange(size) * FACE / size).astype(int)
    small = face(skin, hair)[np.ix_(steps, steps)]
    part = street[y : y + size, x : x + size]
    part[small >= 0] = small[small >= 0]


def put_plate(street: Canvas, at: Sign) -> None:
    x, y, w, h, text = at
    street[y : y + h, x : x + w] = 60
    street[y + 3 : y + h - 3, x + 3 : x + w - 3] = 235
    wide, high = int(w * 0.88), int(h * 0.72)
    letters = pyvips.Image.text(text, font="sans bold", width=wide, height=high).numpy()
    ink = (letters if letters.ndim == 2 else letters[..., 0]) / 255
    top, left = y + (h - ink.shape[0]) // 2, x + (w - ink.shape[1]) // 2
    part = street[top : top + ink.shape[0], left : left + ink.shape[1]]
    part[:] = part * (1 - ink) + 25 * ink


def picture(street: Canvas) -> Any:
    """Return the street as a camera of small focus would see it."""
    points = np.clip(street, 0, 255).astype(np.uint8)
    seen = pyvips.Image.new_from_array(np.dstack([points] * 3)).gaussblur(1.2)
    return seen.cast("uchar").copy(interpretation="srgb")


def photo_of(path: Path, faces: list[Square], plates: list[Sign]) -> Path:
    """Write a photo of a street with these faces and plates, and return where it is."""
    street = empty_street()
    for one in faces:
        put_face(street, one)
    for plate in plates:
        put_plate(street, plate)
    picture(street).jpegsave(str(path), Q=90)
    return path
