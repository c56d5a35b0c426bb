"""What a photo tells of its place and time is offered, may be changed, and is not in the file."""

from pathlib import Path

import pyvips
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import UNHURRIED_MS

LEAVES = """async () => {
  const photo = new FormData(document.querySelector("form.steps")).get("photo");
  return [...new Uint8Array(await photo.arrayBuffer())];
}"""


TYPE = """(field, words) => {
  field.value ||= words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def send_with_time(page: Page) -> None:
    page.click("[data-next]")
    expect(page.locator("[data-photo-place]")).to_be_visible()
    page.click("[data-next]")
    page.check("input[value=noise]")
    page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.get_by_label("When the photo was taken").fill("2026-11-02T09:30")
    page.fill("#text", "It says when")
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    page.wait_for_url("**/reports/*thanks=1")


def test_its_place_and_time_are_offered_and_removed(enter: Enter, tmp_path: Path) -> None:
    image = pyvips.Image.black(800, 600, bands=3).linear([1] * 3, [90, 140, 90]).cast("uchar")
    image = image.copy(interpretation="srgb")
    for name, value in (
        ("exif-ifd2-DateTimeOriginal", "2026:11:02 08:15:30"),
        ("exif-ifd3-GPSLatitudeRef", "N"),
        ("exif-ifd3-GPSLatitude", "34/1 12/1 4212/100"),
        ("exif-ifd3-GPSLongitudeRef", "E"),
        ("exif-ifd3-GPSLongitude", "127/1 54/1 5472/100"),
        ("exif-ifd0-Make", "SECRETPHONE"),
    ):
        image.set_type(pyvips.GValue.gstr_type, name, value)
    image.jpegsave(str(tmp_path / "told.jpg"))
    assert b"SECRETPHONE" in (tmp_path / "told.jpg").read_bytes()
    page = enter("minji", lang="en").page
    page.goto("/reports/new")
    page.locator("[data-stepping]").first.wait_for()
    page.set_input_files("#photo", str(tmp_path / "told.jpg"))
    page.wait_for_function("() => document.querySelector('#photo').files[0].type === 'image/webp'")
    assert b"SECRETPHONE" not in bytes(page.evaluate(LEAVES))
    assert abs(float(page.locator("#lat").input_value()) - 34.2117) < 1e-4
    assert abs(float(page.locator("#lon").input_value()) - 127.9152) < 1e-4
    assert page.locator("#seen").input_value() == "2026-11-02T08:15"
    send_with_time(page)
    expect(page.locator("main")).to_contain_text("The photo was taken: 2026-11-02 09:30")


def test_its_time_is_told_once_though_the_page_was_read_again(enter: Enter, tmp_path: Path) -> None:
    image = pyvips.Image.black(800, 600, bands=3).linear([1] * 3, [90, 90, 140]).cast("uchar")
    image = image.copy(interpretation="srgb")
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd2-DateTimeOriginal", "2026:11:02 08:15:30")
    image.jpegsave(str(tmp_path / "timed.jpg"))
    page = enter("minji", lang="en").page
    for _ in range(2):
        page.goto("/reports/new")
        page.locator("[data-stepping]").first.wait_for()
        page.set_input_files("#photo", str(tmp_path / "timed.jpg"))
        expect(page.locator("#seen")).to_have_value("2026-11-02T08:15")
        page.locator("#text").evaluate(TYPE, "Seen on my way")
    sent = page.evaluate("new FormData(document.querySelector('form.steps')).get('text')")
    assert sent == "Seen on my way\n\nThe photo was taken: 2026-11-02 08:15"
    page.goto("/reports/new")
    expect(page.locator("#text")).to_have_value("Seen on my way")
