"""A report on a slow phone: 400 kbit/s, 400 ms away, a processor four times slower.

    .venv/bin/python bench/slow_phone.py [--quick]

Prints one JSON line a figure: what the first report page weighs on the wire (map tiles apart), when
it can be used, and how long a whole report with one photo of twelve megapixels takes to send.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pyvips  # noqa: E402
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright  # noqa: E402

from tests import servers  # noqa: E402

LINE = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
READY = "() => document.querySelector('[data-stepping]') !== null"


def tell(name: str, value: float, unit: str, target: float) -> None:
    line = {"bench": "slow_phone", "name": name, "value": round(value, 2), "unit": unit}
    print(json.dumps(line | {"target": f"<= {target}", "met": value <= target}), flush=True)


def photo(path: Path) -> Path:
    """Write a picture as large and as hard to press small as a phone's own."""
    rough = pyvips.Image.gaussnoise(500, 375, mean=128, sigma=60).resize(8, kernel="cubic")
    grain = pyvips.Image.gaussnoise(4000, 3000, mean=0, sigma=12)
    bands = [(rough * share + grain).cast("uchar") for share in (1.0, 0.8, 0.6)]
    bands[0].bandjoin(bands[1:]).jpegsave(str(path), Q=90)
    return path


def slowed(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return session


def visit(browser: Browser, city: str, picture: Path) -> tuple[float, float, float]:
    """Return (kB of the first report page, seconds until usable, seconds to send a report)."""
    context = browser.new_context(viewport={"width": 360, "height": 760}, base_url=city)
    page = context.new_page()
    page.goto("/sign-in/demo")
    page.click("button[value=minji]")
    page.wait_for_url("**/")
    token = [c for c in context.cookies() if c["name"] == "madang_session"]
    context.close()
    # A first visit: nothing of the page is in a cache or a worker yet.
    context = browser.new_context(
        viewport={"width": 360, "height": 760}, base_url=city, service_workers="block"
    )
    context.add_cookies(token)
    page = context.new_page()
    session = slowed(page)
    heard: list[float] = []
    session.on("Network.loadingFinished", lambda event: heard.append(event["encodedDataLength"]))
    began = time.monotonic()
    page.goto("/reports/new", wait_until="commit")
    page.wait_for_function(READY)
    usable = time.monotonic() - began
    page.wait_for_load_state("load")
    weight = sum(heard) / 1024
    seconds = send(page, picture)
    context.close()
    return weight, usable, seconds


def send(page: Page, picture: Path) -> float:
    """Fill the form in and return the seconds from the tap on "send" to the thanks."""
    page.set_input_files("#photo", str(picture))
    page.wait_for_function("() => document.querySelector('#photo').files[0].type === 'image/webp'")
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
    page.fill("#text", "새벽 공사 소리")
    page.click("[data-next]")
    began = time.monotonic()
    page.click("[data-send]")
    page.wait_for_url("**/reports/*thanks=1", wait_until="commit", timeout=60_000)
    return time.monotonic() - began


def main() -> None:
    runs = 1 if "--quick" in sys.argv else 3
    with tempfile.TemporaryDirectory() as name, servers.madang(Path(name) / "city") as city:
        picture = photo(Path(name) / "lamp.jpg")
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            found = [visit(browser, city, picture) for _ in range(runs)]
            browser.close()
    weight, usable, sent = (statistics.median(column) for column in zip(*found, strict=True))
    tell("first report page on the wire", weight, "kB", 60)
    tell("usable", usable, "s", 3.0)
    tell("report with a photo sent", sent, "s", 12.0)


if __name__ == "__main__":
    main()
