"""Before sending: a neighbour's report of the same lamp is shown, and one tap joins it."""

from pathlib import Path
from secrets import token_hex

from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.test_a_report_is_sent_exactly_once import LOOKED_AT, stored
from tests.browser.test_a_waiting_report_needs_a_look import ROW, write_offline
from tests.browser.test_report_waits_for_a_line import ALL_SENT, fill
from tests.browser.visitor import UNHURRIED_MS, Visitor, photo, write_report

GPS_BLOCK = 0x8825


def test_a_neighbours_report_is_joined_with_one_tap(enter: Enter, tmp_path: Path) -> None:
    minji, jun = enter("minji").page, enter("jun").page
    fill(minji, photo(tmp_path / "tree.jpg"), "가지가 부러졌어요 한 번만")
    minji.wait_for_timeout(UNHURRIED_MS)
    minji.click("[data-send]")
    minji.wait_for_url("**/reports/*thanks=1")
    jun.goto("/reports/new")
    jun.click("[data-next]")
    jun.fill("#place", "샘물로 21")
    jun.click("[data-next]")
    jun.check("input[value=green]")
    jun.click("[data-next]")
    near = jun.locator(".near", has_text="한 번만")
    expect(near).to_be_visible()
    expect(near.locator("img")).to_be_visible()
    near.locator("[data-join]").click()
    jun.wait_for_url("**/reports/*joined=1")
    expect(jun.locator("main")).to_contain_text("함께 지켜봐요")
    assert jun.url.split("?")[0] == minji.url.split("?")[0]


def wrote_the_same_offline(enter: Enter, tmp_path: Path, place: str, words: str) -> Visitor:
    """Return jun, with a report kept that tells what minji's tells, and the line back."""
    minji = enter("minji").page
    fill(minji, photo(tmp_path / "tree.jpg"), f"{words} 먼저", place)
    minji.wait_for_timeout(UNHURRIED_MS)
    minji.click("[data-send]")
    minji.wait_for_url("**/reports/*thanks=1")
    jun = enter("jun", expects_refusals=True, service_workers="block")
    write_offline(jun, photo(tmp_path / "same.jpg"), f"{words} 나중", place, asked=False)
    jun.context.set_offline(False)
    jun.page.goto("/reports/")
    expect(jun.page.locator("[data-unsent]")).to_contain_text("이웃이 같은 일을")
    jun.page.click("[data-unsent] a")
    expect(jun.page.locator(f"{ROW} .near", has_text=f"{words} 먼저")).to_be_visible()
    assert jun.violations() == []
    assert jun.sideways() == 0
    return jun


def test_what_waited_for_a_line_is_asked_before_it_goes(enter: Enter, tmp_path: Path) -> None:
    words = f"기둥이 기울었어요 {token_hex(3)}"
    jun = wrote_the_same_offline(enter, tmp_path, "솔숲로 32", words)
    jun.page.locator(f"{ROW} .near", has_text=words).locator("[data-join]").click()
    expect(jun.page.locator(ROW)).to_contain_text("함께 지켜봐요")
    jun.page.wait_for_function(ALL_SENT)
    assert stored(jun, f"{words} 나중") == 0


def test_what_is_not_answered_goes_all_the_same_once(enter: Enter, tmp_path: Path) -> None:
    words = f"뿌리가 길을 들었어요 {token_hex(3)}"
    jun = wrote_the_same_offline(enter, tmp_path, "노을로 32", words)
    jun.page.evaluate(LOOKED_AT)
    expect(jun.page.locator(f"{ROW} .near", has_text=words)).to_be_visible()
    assert stored(jun, f"{words} 나중") == 0
    # A minute later, at the next occasion.
    jun.page.evaluate("const now = Date.now; Date.now = () => now() + 61_000")
    jun.page.evaluate(LOOKED_AT)
    jun.page.wait_for_function(ALL_SENT)
    assert stored(jun, f"{words} 나중") == 1


def test_who_says_it_is_another_is_not_asked_again(enter: Enter, tmp_path: Path) -> None:
    place = {"latitude": 34.2163, "longitude": 127.9171}
    told = set()
    for who in ("minji", "jun"):
        visitor = enter(who, geolocation=place, permissions=["geolocation"])
        told.add(write_report(visitor.page, photo(tmp_path / f"{who}.jpg")))
    assert len(told) == 2


def test_a_photo_says_where_it_was_taken_and_leaves_without_saying_it(
    enter: Enter, tmp_path: Path
) -> None:
    picture = tmp_path / "placed.jpg"
    exif = Image.Exif()
    gps = exif.get_ifd(GPS_BLOCK)
    gps |= {1: "N", 2: (34.0, 12.0, 45.0), 3: "E", 4: (127.0, 54.0, 36.0)}
    exif[GPS_BLOCK] = gps
    Image.new("RGB", (900, 600), (40, 90, 160)).save(picture, exif=exif)
    page = enter("minji").page
    page.goto("/reports/new")
    page.set_input_files("#photo", str(picture))
    expect(page.locator("#lat")).to_have_value("34.212500")
    expect(page.locator("#lon")).to_have_value("127.910000")
    page.wait_for_function("() => document.querySelector('#photo').files[0].type === 'image/webp'")
    page.click("[data-next]")
    expect(page.locator("[data-photo-place]")).to_be_visible()
    sent = page.evaluate(
        "async () => Array.from(new Uint8Array(await document.querySelector('#photo')"
        ".files[0].arrayBuffer()))"
    )
    assert b"Exif" not in bytes(sent)
