"""A picture with a face in it, a report that shows it, and the cover a moderator lays over it."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyvips
from flask import Flask

from tests.pages import Pages
from tests.people import MINJI, SOYEON

Visit = Callable[..., Pages]
BOX = {"x": "0.3", "y": "0.2", "w": "0.25", "h": "0.3"}
FORM = {
    "category": "litter",
    "text": "골목에 쓰레기",
    "lat": "34.21",
    "lon": "127.91",
    "looked": "1",
}
LATER = timedelta(days=31)


def street(red: int = 90) -> bytes:
    """Return a picture that is green but for a patch of red, where someone's face would be."""
    pixels = np.full((600, 800, 3), (40, 150, 60), dtype=np.uint8)
    pixels[120:300, 240:440] = (255, red, red)
    return bytes(pyvips.Image.new_from_array(pixels).pngsave_buffer())


def report(visit: Visit, who: object = MINJI, picture: bytes | None = None) -> str:
    pages = visit(who)
    pages.get("/reports/new")
    photo = (io.BytesIO(picture or street()), "a.png")
    answer = pages.post("/reports/", photo=photo, idempotency_key=uuid4().hex, **FORM)
    return str(answer.headers["Location"].split("/reports/")[1][:36])


def photo_of(visit: Visit, report_id: str) -> str:
    return visit(SOYEON).get(f"/console/reports/{report_id}").split("/media/")[1][:64]


def cover(visit: Visit, report_id: str, **box: str) -> str:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    pages.post(f"/console/reports/{report_id}/redact", **(BOX | box))
    return photo_of(visit, report_id)


def served(visit: Visit, name: str, size: str, who: object = None) -> bytes | None:
    answer = visit(who).client.get(f"/media/{name}/{size}.webp", buffered=True)
    return answer.data if answer.status_code == 200 else None


def reds(data: bytes) -> int:
    """Return how many points are nearer to red than to green or black."""
    pixels = np.asarray(pyvips.Image.new_from_buffer(data, "").numpy(), dtype=int)
    return int(np.sum((pixels[..., 0] > 90) & (pixels[..., 0] > pixels[..., 1] + 30)))


def files_of(app: Flask, name: str) -> list[Path]:
    return sorted(app.extensions["settings"].media_dir.rglob(f"{name}*"))
