"""How many of the drawn faces and plates are found, what is taken for one, and how long it takes.

What the figures say is said of drawn pictures alone: upright faces that look at the camera, plates
that are neither turned nor in the dark. A sign with letters in a row is taken for a plate.
"""

import base64
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Enter
from tests.browser.street import (
    Canvas,
    Sign,
    Square,
    empty_street,
    picture,
    put_face,
    put_plate,
)

WIDE, HIGH, SIDE = 1600, 1200, 640
# A look may last as long as so many of a fixed piece of work in the same browser: 300 ms on a quiet
# machine with two slow cores, and on a busy one both take longer.
MOST_YARDS = 8
YARD = """() => {
  const row = new Float32Array(65536), began = performance.now();
  for (let n = 0; n < 400; n++) for (let i = 0; i < row.length; i++) row[i] = row[i] * 0.999 + i;
  return performance.now() - began;
}"""
TEXTS = ("12가 3456", "345나 6789", "서울 가 1234", "90허 1122")
LOOK = """async ([points, width, height]) => {
  const bytes = Uint8Array.from(atob(points), (one) => one.charCodeAt(0));
  const address = document.querySelector("[data-worker]").dataset.worker;
  const worker = new Worker(address, { type: "module" });
  const ask = () => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => reject(new Error("no worker"));
    worker.postMessage({ pixels: bytes.slice().buffer, width, height });
  });
  await ask();
  const seen = await ask();
  worker.terminate();
  return seen;
}"""


@pytest.fixture
def page(enter: Enter) -> Page:
    page = enter("minji").page
    page.goto("/reports/new")
    return page


def look(page: Page, street: Canvas) -> Any:
    """Return what the phone's own worker sees; the second look, when its code is warm."""
    small = picture(street).resize(SIDE / WIDE).bandjoin(255).cast("uchar")
    points = base64.b64encode(small.write_to_memory()).decode()
    return page.evaluate(LOOK, [points, small.width, small.height])


def busy_street(seed: int) -> tuple[Canvas, list[Square], list[Sign]]:
    """Return a street with four faces of 70 to 330 points and three plates of 130 to 400."""
    rng, street = np.random.default_rng(seed), empty_street(seed)
    faces: list[Square] = []
    plates: list[Sign] = []
    for n in range(4):
        one = (40 + n * 390, 30 + int(rng.integers(0, 300)), int(rng.integers(70, 330)))
        put_face(street, one, float(rng.choice([200, 170, 130])), float(rng.choice([40, 60, 90])))
        faces.append(one)
    for n in range(3):
        w = int(rng.integers(130, 400))
        high = int(w / rng.uniform(2.2, 4.8))
        sign = (40 + n * 500, 830 + int(rng.integers(0, 180)), w, high, str(rng.choice(TEXTS)))
        put_plate(street, sign)
        plates.append(sign)
    return street, faces, plates


def covered(place: dict[str, float], x: float, y: float, w: float, h: float) -> float:
    """Return the share of a rectangle (points) that a place covers."""
    left, top = place["x"] * WIDE, place["y"] * HIGH
    wide = min(x + w, left + place["w"] * WIDE) - max(x, left)
    high = min(y + h, top + place["h"] * HIGH) - max(y, top)
    return max(0.0, wide) * max(0.0, high) / (w * h)


def test_nearly_all_are_found_and_in_time(page: Page) -> None:
    found = wanted = extra = 0
    times, yards = [], []
    for seed in range(4):
        street, faces, plates = busy_street(seed)
        seen = look(page, street)
        times.append(seen["ms"])
        yards.append(page.evaluate(YARD))
        parts = [(x + z * 0.2, y + z * 0.25, z * 0.6, z * 0.6) for x, y, z in faces]
        # What can be read of a plate is its middle.
        parts += [(x + w * 0.06, y + h * 0.3, w * 0.88, h * 0.4) for x, y, w, h, _ in plates]
        hits = [any(covered(place, *part) > 0.75 for place in seen["places"]) for part in parts]
        found, wanted = found + sum(hits), wanted + len(parts)
        extra += max(0, len(seen["places"]) - sum(hits))
    print(
        f"found {found} of {wanted}, {extra} more, {min(times):.0f} ms, {min(yards):.0f} ms a yard"
    )
    assert found >= wanted * 0.9
    assert extra <= 2
    # The quickest tells of the code, the others of what else the machine does.
    while min(times) > MOST_YARDS * min(yards) and len(times) < 12:
        times.append(look(page, street)["ms"])
        yards.append(page.evaluate(YARD))
    assert min(times) <= MOST_YARDS * min(yards)


def bricks(street: Canvas) -> None:
    for y in range(0, HIGH, 60):
        street[y : y + 6] = 200
        for x in range((y // 60 % 2) * 70, WIDE, 140):
            street[y : y + 60, x : x + 6] = 200


def windows(street: Canvas) -> None:
    for y in range(60, 700, 140):
        for x in range(80, 1500, 160):
            street[y : y + 90, x : x + 100] = 70
            street[y : y + 90, x + 48 : x + 52] = 190


def fence(street: Canvas) -> None:
    for x in range(0, WIDE, 26):
        street[500:900, x : x + 8] = 60


def crossing(street: Canvas) -> None:
    for x in range(100, 1500, 120):
        street[900:1150, x : x + 60] = 230


def grass(street: Canvas) -> None:
    street[800:] = 110 + np.random.default_rng(5).normal(0, 45, (HIGH - 800, WIDE))


@pytest.mark.parametrize("draw", [bricks, windows, fence, crossing, grass])
def test_what_streets_are_made_of_is_neither(page: Page, draw: Any) -> None:
    street = empty_street()
    draw(street)
    assert look(page, street)["places"] == []
