"""Faces and plates are covered on the phone; what leaves it is what the reporter decided."""

import io
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
import pyvips
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.street import photo_of
from tests.browser.visitor import DESK, UNHURRIED_MS, Visitor, controlled

FACES = [(500, 80, 200), (900, 120, 320)]
PLATES = [(600, 900, 260, 60, "12가 3456"), (1100, 800, 360, 80, "345나 6789")]
WEBP = "() => document.querySelector('#photo').files[0]?.type === 'image/webp'"
LEAVES = """async () => {
  const photo = new FormData(document.querySelector("form.steps")).get("photo");
  return photo instanceof File && photo.size ? [...new Uint8Array(await photo.arrayBuffer())] : [];
}"""
SLEEPY_WORKER = """() => {
  window.Worker = class { postMessage() { window.awake = this.onerror; } terminate() {} };
}"""
# Pictures are drawn at once, but written out only when `write()` is called, one each time.
SLOW_WRITING = """() => {
  const [writes, whole] = [[], HTMLCanvasElement.prototype.toBlob];
  HTMLCanvasElement.prototype.toBlob = function (done, ...how) {
    whole.call(this, (blob) => { writes.push(() => done(blob)); }, ...how);
  };
  window.writes = writes;
  window.write = () => writes.shift()();
}"""
BOXES = """() => [...document.querySelectorAll(".cover")].map((one) =>
  ["left", "top", "width", "height"].map((side) => parseFloat(one.style[side]) / 100))"""


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photo_of(tmp_path_factory.mktemp("street") / "street.jpg", FACES, PLATES)


def choose(visitor: Visitor, picture: Path) -> Page:
    page = visitor.page
    page.goto("/reports/new")
    page.locator("[data-stepping]").first.wait_for()
    page.set_input_files("#photo", str(picture))
    page.wait_for_function(WEBP)
    return page


def leaving(page: Page) -> Any:
    """Return the points of the photo as the form would send it now."""
    end = time.monotonic() + 20
    while not (data := bytes(page.evaluate(LEAVES))) and time.monotonic() < end:
        page.wait_for_timeout(50)
    return pyvips.Image.new_from_buffer(data, "").numpy()


def brightest(pixels: Any, box: tuple[float, ...]) -> int:
    """Return the brightest point within a box of shares, a little inside its edge."""
    high, wide = pixels.shape[:2]
    x, y, w, h = box
    part = pixels[
        round(y * high) + 3 : round((y + h) * high) - 3,
        round(x * wide) + 3 : round((x + w) * wide) - 3,
    ]
    return int(part.max())


def shares(x: int, y: int, w: int, h: int) -> tuple[float, ...]:
    return (x / 1600, y / 1200, w / 1600, h / 1200)


def send(page: Page, words: str) -> None:
    page.click("[data-next]")
    page.locator("details.point summary").click()
    page.fill("#lat", "34.2117")
    page.fill("#lon", "127.9152")
    page.click("[data-next]")
    page.check("input[value=noise]")
    page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.fill("#text", words)
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    page.wait_for_url("**/reports/*thanks=1")


def test_what_is_found_is_black_on_the_citys_own_copy(enter: Enter, street: Path) -> None:
    visitor = enter("minji", lang="en")
    page = choose(visitor, street)
    expect(page.locator("[data-covers-said]")).to_contain_text("Faces covered: 2, number plates: 2")
    assert visitor.violations() == []
    assert visitor.sideways() == 0
    boxes = page.evaluate(BOXES)
    send(page, "A photo with people")
    address = page.locator("main img[src*='/media/']").first.get_attribute("src")
    data = page.request.get(str(address)).body()
    pixels = pyvips.Image.new_from_buffer(data, "").numpy()
    for x, y, size in FACES:
        assert brightest(pixels, shares(x + 40, y + 40, size - 80, size - 80)) < 50
    for x, y, w, h, _text in PLATES:
        assert brightest(pixels, shares(x, y, w, h)) < 50
    assert all(brightest(pixels, tuple(box)) < 50 for box in boxes)
    assert pixels[400:600, :400].min() > 120


def test_the_reporter_decides_by_keyboard(enter: Enter, street: Path) -> None:
    page = choose(enter("minji", lang="en"), street)
    expect(page.locator(".cover")).to_have_count(4)
    first = page.get_by_role("button", name="Face 1, covered")
    first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Face 1, not covered")).to_be_focused()
    shown = (page.evaluate(BOXES))[0]
    assert brightest(leaving(page), tuple(shown)) > 120
    page.keyboard.press("Enter")
    assert brightest(leaving(page), tuple(shown)) < 50
    before = np.array(shown)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    after = np.array(page.evaluate(BOXES)[0])
    assert np.allclose(after - before, [0.01, 0.01, 0.01, 0], atol=1e-6)
    said = page.locator("[data-covers-said]")
    expect(said).to_have_text(re.compile(r"Face 1: \d+ % from the left"))
    page.keyboard.press("Delete")
    expect(said).to_have_text("Face 1 taken away.")
    expect(page.locator(".cover")).to_have_count(3)
    expect(page.get_by_role("button", name="Face 2, covered")).to_be_focused()
    page.get_by_role("button", name="Cover something more").press("Enter")
    expect(page.get_by_role("button", name="Place of your own 1, covered")).to_be_focused()
    assert brightest(leaving(page), tuple(page.evaluate(BOXES)[-1])) < 50


def test_all_boxes_are_taken_off_by_one_tick(enter: Enter, street: Path) -> None:
    page = choose(enter("minji", lang="en"), street)
    expect(page.locator(".cover")).to_have_count(4)
    boxes = page.evaluate(BOXES)
    page.get_by_label("Cover these places before the photo leaves the phone").uncheck()
    pixels = leaving(page)
    assert all(brightest(pixels, tuple(box)) > 120 for box in boxes)


def test_a_box_is_drawn_and_moved_by_pointer(enter: Enter, street: Path) -> None:
    page = choose(enter("minji", lang="en", viewport=DESK), street)
    frame = page.locator("[data-covers-frame]")
    frame.scroll_into_view_if_needed()
    area = frame.bounding_box()
    assert area is not None

    def drag(x: float, y: float, to_x: float, to_y: float) -> None:
        page.mouse.move(area["x"] + x * area["width"], area["y"] + y * area["height"])
        page.mouse.down()
        page.mouse.move(
            area["x"] + to_x * area["width"], area["y"] + to_y * area["height"], steps=3
        )
        page.mouse.up()

    drag(0.05, 0.5, 0.15, 0.6)
    drawn = np.array(page.evaluate(BOXES)[-1])
    assert np.allclose(drawn, [0.05, 0.5, 0.1, 0.1], atol=0.01)
    drag(0.1, 0.55, 0.2, 0.55)
    moved = np.array(page.evaluate(BOXES)[-1])
    assert np.allclose(moved, [0.15, 0.5, 0.1, 0.1], atol=0.01)
    assert brightest(leaving(page), tuple(moved)) < 50
    page.mouse.click(area["x"] + 0.2 * area["width"], area["y"] + 0.55 * area["height"])
    expect(page.get_by_role("button", name="Place of your own 1, not covered")).to_be_visible()


def test_nothing_leaves_before_it_was_looked_over(enter: Enter, street: Path) -> None:
    page = enter("minji", lang="en").page
    page.goto("/reports/new")
    page.locator("[data-stepping]").first.wait_for()
    page.evaluate(SLEEPY_WORKER)
    page.set_input_files("#photo", str(street))
    page.wait_for_function("() => window.awake")
    assert page.evaluate(LEAVES) == []
    page.locator("[data-covers-frame] canvas").wait_for()
    assert page.evaluate(LEAVES) == []
    page.evaluate("window.awake()")
    expect(page.locator("[data-covers-said]")).to_contain_text("Faces could not be looked for")
    assert leaving(page).shape[:2] == (1200, 1600)


def test_a_picture_painted_before_the_last_box_never_leaves(enter: Enter, street: Path) -> None:
    page = choose(enter("minji", lang="en"), street)
    expect(page.locator(".cover")).to_have_count(4)
    add = page.get_by_role("button", name="Cover something more")
    leaving(page)
    page.evaluate(SLOW_WRITING)
    add.click()
    page.wait_for_function("() => window.writes.length === 1")
    page.get_by_role("button", name="Face 1, covered").press("Delete")
    expect(page.locator(".cover")).to_have_count(4)
    add.click()
    expect(page.locator(".cover")).to_have_count(5)
    page.evaluate("window.write()")
    assert page.evaluate(LEAVES) == [], "what is written now was painted before the last box"
    for _ in range(40):
        page.evaluate("window.writes.length && window.write()")
        if data := bytes(page.evaluate(LEAVES)):
            break
        page.wait_for_timeout(100)
    pixels = pyvips.Image.new_from_buffer(data, "").numpy()
    assert all(brightest(pixels, tuple(box)) < 50 for box in page.evaluate(BOXES))


def test_a_box_drawn_meanwhile_lets_nothing_leave(enter: Enter, street: Path) -> None:
    page = enter("minji", lang="en").page
    page.goto("/reports/new")
    page.locator("[data-stepping]").first.wait_for()
    page.evaluate(SLEEPY_WORKER)
    page.set_input_files("#photo", str(street))
    page.wait_for_function("() => window.awake")
    page.get_by_role("button", name="Cover something more").click()
    expect(page.locator(".cover")).to_have_count(1)
    # Well beyond the moment after which a change is painted.
    page.wait_for_timeout(1_500)
    assert page.evaluate(LEAVES) == []
    page.evaluate("window.awake()")
    assert brightest(leaving(page), tuple(page.evaluate(BOXES)[0])) < 50


def test_what_this_browser_cannot_open_leaves_only_when_told_so(
    enter: Enter, tmp_path: Path
) -> None:
    page = enter("minji", lang="en").page
    page.goto("/reports/new")
    page.locator("[data-stepping]").first.wait_for()
    file = io.BytesIO()
    pillow_heif.from_bytes("RGB", (96, 64), bytes(96 * 64 * 3)).save(file)
    (tmp_path / "a.heic").write_bytes(file.getvalue())
    page.set_input_files("#photo", str(tmp_path / "a.heic"))
    expect(page.locator("[data-covers-said]")).to_contain_text("cannot open this kind of photo")
    assert page.evaluate(LEAVES) == []
    page.get_by_label("Send it as it is.").check()
    assert bytes(page.evaluate(LEAVES)) == file.getvalue()
    page.get_by_label("Send it as it is.").uncheck()
    assert page.evaluate(LEAVES) == []


def test_faces_are_found_without_a_line_too(enter: Enter, street: Path) -> None:
    visitor = enter("jun", lang="en", expects_refusals=True)
    page = visitor.page
    page.goto("/reports/new")
    page.evaluate("navigator.serviceWorker.ready")
    controlled(page)
    visitor.context.set_offline(True)
    page = choose(visitor, street)
    expect(page.locator(".cover")).to_have_count(4)
    boxes = page.evaluate(BOXES)
    pixels = leaving(page)
    assert all(brightest(pixels, tuple(box)) < 50 for box in boxes)
