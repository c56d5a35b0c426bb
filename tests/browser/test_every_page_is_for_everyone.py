"""Every page, in both languages and both themes, on a phone and at a desk: no barrier axe can
find, no sideways scroll. The pages are the app's own routes, so a new one is looked at too."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

import app as application
from services import clock
from services.config import load
from services.db import unit_of_work
from tests.browser.addresses import addresses, unlisted
from tests.browser.conftest import City, Enter, Keep
from tests.browser.furniture import furnish
from tests.browser.visitor import DESK, PHONE, Visitor

NARROW = {"width": 320, "height": 640}
# A page is one tree in every theme and size; these rules ask how it is drawn.
DRAWN = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
# What these show stands on them only once their script has asked for it.
DRAWS = ("/reports/map",)
# On a phone each language meets one theme, at a desk the other; together they meet all.
LOOKS = {"ko": ("light", "dark"), "en": ("dark", "light")}
# What a stranger may see a resident sees as well, but for a word or two: once is enough there.
WALKS = [(None, "ko"), ("minji", "ko"), ("minji", "en"), ("hana", "ko"), ("hana", "en")]
# Pages with nothing to list, and those that are refused; the status each answers with.
STATES: dict[str | None, dict[str, int]] = {
    None: {"/reports/?q=zzzz": 200, "/reports/nowhere": 404},
    "jun": {
        "/me/places": 200,
        "/reports/map?lat=34.3&lon=127.99&z=18": 200,
        "/reports/numbers?until=2001-01": 200,
        "/nowhere": 404,
        "/console/": 403,
    },
    "hana": {
        "/console/?view=mine": 200,
        "/console/people/?query=nobody": 200,
        "/console/audit?who=nobody": 200,
        "/console/analysis?until=2001-01": 200,
        "/console/routing/try?place=zzzz": 422,
    },
}


@pytest.fixture
def walked_city(common_city: City) -> City:
    """Looks leave nothing behind: who looks once more does so where the pages were furnished."""
    return common_city


@pytest.fixture(scope="session")
def product(common_city: City) -> Iterator[Flask]:
    """The application as the running city has it, on that city's database."""
    made = application.create_app(load({"MADANG_DATA_DIR": str(common_city.folder)}))
    yield made
    made.extensions["engine"].dispose()


@pytest.fixture(scope="session")
def ids(product: Flask) -> dict[str, str]:
    with unit_of_work(product.extensions["engine"]) as session:
        return furnish(session, product.extensions["settings"], clock.now())


def look(visitor: Visitor, path: str, keep: Keep, status: int = 200) -> list[str]:
    """Return what is wrong with a page: on a phone in one theme, at a desk in the other."""
    page, wrong = visitor.page, []
    phone_scheme, desk_scheme = LOOKS[visitor.lang]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=phone_scheme)  # type: ignore[arg-type]
    answer = page.goto(path, wait_until="load")
    assert answer is not None
    if answer.status != status or "text/html" not in answer.headers.get("content-type", ""):
        return [f"{path}: {answer.status} {answer.headers.get('content-type')}, no page"]
    if path in DRAWS:
        page.locator(".map-ring, .map-pin").first.wait_for(state="attached")
    keep(page, f"{named(path)}-{visitor.lang}-phone-{phone_scheme}")
    wrong += visitor.violations()
    for size in (PHONE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if visitor.sideways() > 0:
            wrong.append(f"{visitor.sideways()} px too wide at {size['width']}")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=desk_scheme)  # type: ignore[arg-type]
    keep(page, f"{named(path)}-{visitor.lang}-desk-{desk_scheme}")
    wrong += visitor.violations(DRAWN)
    return [f"{path} {line}" for line in wrong]


def named(path: str) -> str:
    """Return a file's name for a path; ids are left out, so that it is the same each time."""
    told = re.sub(r"/([0-9a-f-]{36}|[\w-]{40,})", "/one", path)
    return re.sub(r"\W+", "-", told).strip("-") or "home"


def test_every_route_is_a_page_to_look_at_or_says_why_not(
    product: Flask, ids: dict[str, str]
) -> None:
    assert unlisted(product, ids) == []


def test_a_new_route_is_found(product: Flask, ids: dict[str, str]) -> None:
    made = Flask("other")
    made.add_url_rule("/new/<thing>", "new", lambda thing: thing)
    assert "new /new/<thing>: an id for thing?" in unlisted(made, ids)
    assert "no such route: tiles.tile" in unlisted(made, ids)


@pytest.mark.parametrize(("who", "lang"), WALKS)
def test_every_page_is_for_everyone(
    enter: Enter, product: Flask, ids: dict[str, str], keep: Keep, who: str | None, lang: str
) -> None:
    visitor = enter(who, lang=lang, reduced_motion="reduce")
    wrong = [line for path in addresses(product, ids, who) for line in look(visitor, path, keep)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("who", [None, "jun", "hana"], ids=["stranger", "resident", "operator"])
def test_empty_and_refused_pages_are_for_everyone_too(
    enter: Enter, keep: Keep, who: str | None, lang: str
) -> None:
    visitor = enter(who, lang=lang, expects_refusals=True, reduced_motion="reduce")

    def aside(page: Page, name: str) -> None:
        keep(page, f"state-{name}")

    states = STATES[who].items()
    wrong = [line for path, code in states for line in look(visitor, path, aside, code)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(
    enter: Enter, keep: Keep, lang: str
) -> None:
    plain = {"java_script_enabled": False, "expects_refusals": True}
    page = enter("jun", lang=lang, **plain).page
    page.goto("/reports/new")
    page.fill("#place", "어디에도 없는 길 999")
    page.check("input[value=litter]")
    page.fill("#text", "쓰레기가 쌓였어요")
    page.click("[data-send]")
    expect(page.locator("[role=alert] a")).not_to_have_count(0)
    expect(page.locator("#text")).to_have_value("쓰레기가 쌓였어요")
    expect(page.locator("#place")).to_have_value("어디에도 없는 길 999")
    expect(page.locator("input[value=litter]")).to_be_checked()
    keep(page, f"refused-form-{lang}")


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_too_many_tries_are_answered_by_a_page_for_everyone(
    enter: Enter, keep: Keep, lang: str
) -> None:
    visitor = enter(lang=lang, expects_refusals=True, reduced_motion="reduce")
    page = visitor.page
    for _ in range(6):
        page.goto("/sign-in")
        page.fill("#email", f"often-{lang}@example.org")
        with page.expect_navigation() as waited:
            page.click("form.card button")
    assert waited.value.status == 429
    assert visitor.violations() == []
    keep(page, f"too-many-{lang}")
