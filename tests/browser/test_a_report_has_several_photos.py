"""Up to three photos are chosen, looked over one by one, kept without a line, and shown."""

from pathlib import Path
from typing import Any

import pyvips
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.street import photo_of
from tests.browser.test_a_waiting_report_needs_a_look import ROW, posted, write_offline
from tests.browser.test_photo_is_covered_before_it_leaves import brightest, send
from tests.browser.test_report_waits_for_a_line import ALL_SENT, SCRIPTED
from tests.browser.visitor import DESK, UNHURRIED_MS, photo

RED, GREEN, BLUE, GREY = (200, 40, 40), (40, 160, 40), (40, 40, 200), (120, 120, 120)
# The bytes of every photo the form would send now, in their order.
LEAVE = """async () => Promise.all(new FormData(document.querySelector("form.steps"))
  .getAll("photo").filter((one) => one.size)
  .map(async (one) => [...new Uint8Array(await one.arrayBuffer())]))"""
WAITING = """async () => await new Promise((done) => {
  const asked = indexedDB.open("madang-kept", 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction("waiting").objectStore("waiting").getAll();
    all.onsuccess = () => {
      asked.result.close();
      done(all.result.map((one) => [one.photo, ...one.further.map((more) => more.photo)]
        .map((bytes) => bytes instanceof ArrayBuffer && bytes.byteLength > 0)));
    };
  };
})"""
# A report as it was kept when it had one photo at most, and where; or in a form yet to come.
MOVE = """async ([from, to, form]) => {
  const open = (name) => new Promise((done) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("waiting", { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
  });
  const work = (base, act) => new Promise((done) => {
    const asked = act(base.transaction("waiting", "readwrite").objectStore("waiting"));
    asked.onsuccess = () => done(asked.result);
  });
  const [old, now] = [await open(from), await open(to)];
  const [{ further, form: _form, ...report }] = await work(old, (store) => store.getAll());
  await work(old, (store) => store.clear());
  await work(now, (store) => store.put(form ? { ...report, further, form } : report));
  old.close();
  now.close();
}"""
# How many reports the worker of the version before would find.
SEEN_BEFORE = """async () => await new Promise((done) => {
  const asked = indexedDB.open("madang-reports", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("waiting", { keyPath: "key" });
  asked.onsuccess = () => {
    const all = asked.result.transaction("waiting").objectStore("waiting").count();
    all.onsuccess = () => { asked.result.close(); done(all.result); };
  };
})"""
ALL_SAFE = """(n) => [...document.querySelector("#photo").files].filter(
  (one) => one.type === "image/webp").length === n"""


def open_form(page: Page) -> None:
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)


def lamps(folder: Path, *colours: tuple[int, int, int]) -> list[str]:
    return [str(photo(folder / f"{n}-{colour[0]}.jpg", colour)) for n, colour in enumerate(colours)]


def strongest(data: bytes) -> str:
    """Return which colour a picture is mostly of."""
    bands = [band.avg() for band in pyvips.Image.new_from_buffer(data, "").bandsplit()[:3]]
    return ("red", "green", "blue")[bands.index(max(bands))]


def leaving(page: Page) -> list[str]:
    return [strongest(bytes(one)) for one in page.evaluate(LEAVE)]


def shown(page: Page) -> list[str]:
    """Return what the photos of a report's page are mostly of, each as it opens as a whole."""
    first = page.locator(".story-picture > img").get_attribute("src")
    further = page.locator(".photo-whole > img").evaluate_all("all => all.map((one) => one.src)")
    return [strongest(page.request.get(str(url)).body()) for url in (first, *further)]


def test_they_are_added_and_removed_and_keep_their_order(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("minji", lang="en")
    page = visitor.page
    open_form(page)
    red, green, blue, grey = lamps(tmp_path, RED, GREEN, BLUE, GREY)
    page.set_input_files("#photo", [red, green])
    page.wait_for_function(ALL_SAFE, arg=2)
    page.set_input_files("#photo", blue)
    page.wait_for_function(ALL_SAFE, arg=3)
    expect(page.locator("h3[data-shot-nth]")).to_have_text([f"Photo {n} of 3" for n in (1, 2, 3)])
    expect(page.locator("label[for=photo]")).to_be_hidden()
    assert visitor.violations() == []
    assert visitor.sideways() == 0
    assert leaving(page) == ["red", "green", "blue"]
    page.get_by_role("button", name="Remove this photo Photo 2 of 3").click()
    expect(page.locator(".covers")).to_have_count(2)
    expect(page.get_by_role("heading", name="Photo 2 of 2")).to_be_focused()
    assert leaving(page) == ["red", "blue"]
    page.set_input_files("#photo", [green, grey])
    expect(page.locator("[data-shots-said]")).to_have_text(
        "Three photos at most. The others were left out."
    )
    page.wait_for_function(ALL_SAFE, arg=3)
    assert leaving(page) == ["red", "blue", "green"]
    send(page, "A report with three photos")
    assert shown(page) == ["red", "blue", "green"]
    assert visitor.violations() == []
    assert visitor.sideways() == 0


def test_each_has_boxes_of_its_own(enter: Enter, tmp_path: Path) -> None:
    faces = [[(500, 80, 200)], [(900, 120, 320)]]
    streets = [photo_of(tmp_path / f"{n}.jpg", one, []) for n, one in enumerate(faces)]
    page = enter("minji", lang="en").page
    open_form(page)
    page.set_input_files("#photo", [str(one) for one in streets])
    page.wait_for_function(ALL_SAFE, arg=2)
    expect(page.locator(".covers").nth(0).locator(".cover")).to_have_count(1)
    expect(page.locator(".covers").nth(1).locator(".cover")).to_have_count(1)
    second = page.locator(".covers").nth(1)
    second.get_by_label("Cover these places before the photo leaves the phone").uncheck()
    page.evaluate("(window.forget = document.querySelector('#photo').files) && null")
    page.wait_for_function("() => document.querySelector('#photo').files !== window.forget")
    page.wait_for_function(ALL_SAFE, arg=2)
    pixels = [pyvips.Image.new_from_buffer(bytes(p), "").numpy() for p in page.evaluate(LEAVE)]
    parts = [
        ((x + 40) / 1600, (y + 40) / 1200, (size - 80) / 1600, (size - 80) / 1200)
        for ((x, y, size),) in faces
    ]
    assert brightest(pixels[0], parts[0]) < 50
    assert brightest(pixels[1], parts[1]) > 120


def test_without_a_line_all_of_them_wait_and_are_sent_once(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True)
    page = visitor.page
    open_form(page)
    page.set_input_files("#photo", lamps(tmp_path, RED, GREEN, BLUE))
    page.wait_for_function(ALL_SAFE, arg=3)
    page.click("[data-next]")
    page.fill("#place", "새벽로 22")
    page.click("[data-next]")
    page.check("input[value=green]")
    page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.fill("#text", "세 장짜리 신고가 선을 기다려요")
    page.click("[data-next]")
    visitor.context.set_offline(True)
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    expect(page.locator("h1")).to_contain_text("아직 보내지 않았어요")
    assert page.evaluate(WAITING) == [[True, True, True]]
    visitor.context.set_offline(False)
    page.goto("/")
    page.wait_for_function(ALL_SENT)
    page.goto("/reports/?q=세 장짜리")
    expect(page.locator(".report-row")).to_have_count(1)
    page.click(".report-row a")
    page.locator(".photos").wait_for()
    assert shown(page) == ["red", "green", "blue"]


def told(path: Path, lat: str, time: str) -> str:
    image: Any = pyvips.Image.black(800, 600, bands=3).linear([1] * 3, [90, 140, 90]).cast("uchar")
    image = image.copy(interpretation="srgb")
    for name, value in (
        ("exif-ifd2-DateTimeOriginal", time),
        ("exif-ifd3-GPSLatitudeRef", "N"),
        ("exif-ifd3-GPSLatitude", lat),
        ("exif-ifd3-GPSLongitudeRef", "E"),
        ("exif-ifd3-GPSLongitude", "127/1 54/1 0/1"),
    ):
        image.set_type(pyvips.GValue.gstr_type, name, value)
    image.jpegsave(str(path))
    return str(path)


def test_the_first_that_knows_place_and_time_is_heard(enter: Enter, tmp_path: Path) -> None:
    page = enter("minji", lang="en").page
    open_form(page)
    (mute,) = lamps(tmp_path, RED)
    one = told(tmp_path / "one.jpg", "34/1 12/1 0/1", "2026:11:02 08:15:30")
    two = told(tmp_path / "two.jpg", "34/1 18/1 0/1", "2026:11:03 09:15:30")
    page.set_input_files("#photo", [mute, one, two])
    page.wait_for_function(ALL_SAFE, arg=3)
    assert page.locator("#lat").input_value() == "34.200000"
    assert page.locator("#seen").input_value() == "2026-11-02T08:15"
    page.get_by_role("button", name="Remove this photo Photo 2 of 3").click()
    expect(page.locator("#lat")).to_have_value("34.300000")
    expect(page.locator("#seen")).to_have_value("2026-11-03T09:15")
    page.get_by_role("button", name="Remove this photo Photo 2 of 2").click()
    expect(page.locator("#lat")).to_have_value("")
    expect(page.locator("#seen")).to_have_value("")


def test_without_script_several_go_too(enter: Enter, tmp_path: Path) -> None:
    page = enter("minji", lang="en", java_script_enabled=False).page
    page.goto("/reports/new")
    page.set_input_files("#photo", lamps(tmp_path, BLUE, RED))
    page.locator("details.point summary").click()
    page.fill("#lat", "34.2191")
    page.fill("#lon", "127.9271")
    page.check("input[value=noise]")
    page.fill("#text", "Two photos without script")
    page.get_by_label("I looked: no face").check()
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    page.wait_for_url("**/reports/*thanks=1")
    whole = page.get_by_role("dialog", name="Photo 2 of 2")
    expect(whole).to_be_hidden()
    page.get_by_role("button", name="Photo 2 of 2").click()
    expect(whole.locator("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(whole).to_be_hidden()


def test_a_moderator_covers_the_second(enter: Enter, tmp_path: Path) -> None:
    minji = enter("minji", lang="en").page
    open_form(minji)
    minji.set_input_files("#photo", lamps(tmp_path, GREEN, BLUE))
    minji.wait_for_function(ALL_SAFE, arg=2)
    send(minji, "Two photos for the moderator")
    visitor = enter("soyeon", lang="en", viewport=DESK, reduced_motion="reduce")
    page = visitor.page
    page.goto(minji.url.split("?")[0].replace("/reports/", "/console/reports/"))
    minji.goto("about:blank")
    first, second = page.locator("[data-picture]").all()
    before = [one.locator("img").get_attribute("src") for one in (first, second)]
    visitor.gone.add(str(before[1]))
    second.locator('[data-act="redact"] summary').click()
    second.get_by_role("button", name="Add a box").press("Enter")
    own = second.get_by_role("button", name="Place of your own 1, covered")
    expect(own).to_be_focused()
    assert own.get_attribute("aria-describedby") == "covers-keys-2"
    assert visitor.violations() == []
    second.get_by_role("button", name="Cover it").press("Enter")
    page.wait_for_load_state("load")
    after = [
        one.locator("img").get_attribute("src") for one in page.locator("[data-picture]").all()
    ]
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert page.request.get(str(before[1])).status == 404


def test_one_kept_by_the_version_before_goes_with_its_photo(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = visitor.page
    (lamp,) = lamps(tmp_path, GREEN)
    write_offline(visitor, Path(lamp), "예전에 담아 둔 신고예요", "새벽로 31")
    # The worker of the version before knows one photo, and finds nothing it could send by halves.
    assert page.evaluate(SEEN_BEFORE) == 0
    page.evaluate(MOVE, ["madang-kept", "madang-reports", 0])
    visitor.context.set_offline(False)
    page.goto("/")
    page.wait_for_function(ALL_SENT)
    page.goto("/reports/?q=예전에 담아")
    page.click(".report-row a")
    page.locator(".story-picture > img").wait_for()
    assert shown(page) == ["green"]


def test_what_is_kept_in_a_later_form_is_left_to_later_code(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("jun", expects_refusals=True, service_workers="block")
    page = visitor.page
    write_offline(visitor, Path(lamps(tmp_path, GREEN)[0]), "나중 꼴로 담은 신고예요", "새벽로 32")
    page.evaluate(MOVE, ["madang-kept", "madang-kept", 99])
    sent = posted(page)
    visitor.context.set_offline(False)
    page.goto("/reports/unsent")
    expect(page.locator(f"{ROW} [data-row-why]")).to_contain_text("지금은 시에서 받지 못했어요")
    assert sent == []
