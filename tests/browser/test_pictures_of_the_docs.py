"""The pictures of the docs are made by the product itself: `make screens` keeps them."""

from pathlib import Path

import pyvips

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, PHONE, Visitor

GAP = 16
PHONE_PAGES = {
    "home": "/",
    "map": "/reports/map?z=16",
    "new": "/reports/new",
    "list": "/reports/",
}


def shot(visitor: Visitor, path: str, to: Path) -> pyvips.Image:
    """Photograph a page once it is calm, and keep it as WebP; a blank one is an error."""
    visitor.page.goto(path, wait_until="networkidle")
    visitor.page.wait_for_timeout(300)
    picture = pyvips.Image.pngload_buffer(visitor.page.screenshot())[0:3].copy_memory()
    assert picture.deviate() > 5, f"{path} is blank"
    picture.webpsave(str(to), Q=78, effort=4)
    return picture


def in_a_row(pictures: list[pyvips.Image], to: Path) -> None:
    row = pictures[0]
    for picture in pictures[1:]:
        row = row.join(picture, "horizontal", expand=True, shim=GAP, background=[228, 223, 211])
    row.webpsave(str(to), Q=78, effort=4)


def test_the_pages_are_photographed(enter: Enter, screens: Path) -> None:
    screens.mkdir(parents=True, exist_ok=True)
    minji = enter("minji", viewport=PHONE, reduced_motion="reduce")
    day = [shot(minji, path, screens / f"{name}.webp") for name, path in PHONE_PAGES.items()]
    night = enter("jun", viewport=PHONE, color_scheme="dark", reduced_motion="reduce", lang="en")
    shot(night, "/", screens / "home-dark-en.webp")
    dark = shot(night, "/reports/map?z=16", screens / "map-dark-en.webp")
    soyeon = enter("soyeon", viewport=DESK, reduced_motion="reduce")
    shot(soyeon, "/reports/map?z=16", screens / "map-desk.webp")
    shot(soyeon, "/console/", screens / "console.webp")
    case = soyeon.page.locator(".queue a").first.get_attribute("href") or ""
    console = shot(soyeon, case, screens / "case.webp")
    scaled = console.resize(PHONE["height"] / console.height)
    in_a_row([day[0], day[1], dark, scaled], screens / "overview.webp")
