"""Every page, in both languages and both themes: no barrier axe can find, no sideways scroll."""

from pathlib import Path

import pytest

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, Visitor

RESIDENT = [
    "/",
    "/reports/",
    "/reports/map",
    "/reports/new",
    "REPORT",
    "/me",
    "/me/sessions",
    "/me/notifications",
    "/me/erase",
    "/me/data",
    "/reports/numbers",
    "/reports/history",
    "/reports/export",
    "/me/places",
    "/me/places/new",
    "/nowhere",
]
STRANGER = ["/sign-in", "/sign-in/demo", "/offline", "/reports/offline"]
OPERATOR = [
    "/console/",
    "CASE",
    "/console/audit",
    "/console/dead-letters",
    "/console/people/",
    "/console/analysis",
    "/console/first-look",
    "/console/blocks",
    "/console/phone",
    "/console/stickers",
    "/console/routing/",
    "/console/routing/rule",
    "/console/answers/",
    "/console/workload",
    "/console/open311",
    "/console/bodies",
    "/console/export",
]
CAST = [(None, STRANGER), ("minji", RESIDENT), ("hana", OPERATOR)]


def address(visitor: Visitor, path: str) -> str:
    """Return a real report's address for REPORT and CASE."""
    if path not in ("REPORT", "CASE"):
        return path
    visitor.page.goto("/reports/")
    link = visitor.page.locator(".report-title a").first.get_attribute("href") or ""
    return link if path == "REPORT" else "/console" + link


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize(("who", "paths"), CAST, ids=["stranger", "resident", "operator"])
def test_every_page_is_for_everyone(
    enter: Enter, screens: Path, who: str | None, paths: list[str], lang: str
) -> None:
    visitor = enter(who, lang=lang, expects_refusals=True, reduced_motion="reduce")
    page, wrong = visitor.page, []
    for path in paths:
        page.set_viewport_size(DESK if who == "hana" else {"width": 360, "height": 760})
        page.emulate_media(color_scheme="light")
        page.goto(address(visitor, path), wait_until="load")
        name = path.strip("/").replace("/", "-").lower() or "home"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=screens / f"{name}-{lang}-{scheme}.png")
            wrong += [f"{path} {scheme}: {line}" for line in visitor.violations()]
        page.set_viewport_size({"width": 320, "height": 640})
        if visitor.sideways() > 0:
            wrong.append(f"{path}: {visitor.sideways()} px too wide at 320")
    assert not wrong, "\n".join(wrong)


def test_desktop_pages_are_for_everyone_too(enter: Enter, screens: Path) -> None:
    visitor = enter("minji", viewport=DESK, reduced_motion="reduce")
    wrong = []
    for path in ("/", "/reports/", "/reports/map?z=17", "/reports/new", "REPORT"):
        visitor.page.goto(address(visitor, path), wait_until="load")
        name = path.split("?")[0].strip("/").replace("/", "-").lower() or "home"
        visitor.page.screenshot(path=screens / f"{name}-desk.png")
        wrong += [f"{path}: {line}" for line in visitor.violations()]
    assert not wrong, "\n".join(wrong)
