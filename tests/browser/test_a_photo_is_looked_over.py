"""A photo sent without script waits; a moderator looks it over on a phone, by keyboard."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, Keep
from tests.browser.visitor import DESK, PHONE, UNHURRIED_MS, a_spot, photo

WAITS = "Its photo is shown here once somebody of the city has looked it over"
MINE = "Only you and the city's team see this photo"
IN_CASE = "Not looked over yet: nobody but the reporter and the team sees it."


def sent_without_script(enter: Enter, picture: Path, *, looked: bool = False) -> str:
    """Send the form as a browser without script does; return the report's address."""
    page = enter("jun", lang="en", java_script_enabled=False).page
    page.goto("/reports/new")
    page.set_input_files("#photo", picture)
    spot = a_spot()
    page.locator("details.point summary").click()
    page.fill("#lat", str(spot["latitude"]))
    page.fill("#lon", str(spot["longitude"]))
    page.check("input[name=category][value=litter]", force=True)
    page.fill("#text", "Bags beside the bin")
    if looked:
        page.get_by_label("I looked: no face").check()
    page.wait_for_timeout(UNHURRIED_MS)
    page.get_by_role("button", name="Send to the city").click()
    page.wait_for_url("**/reports/*-*")
    return page.url.split("?")[0]


def test_it_waits_until_a_moderator_shows_it(enter: Enter, tmp_path: Path, keep: Keep) -> None:
    address = sent_without_script(enter, photo(tmp_path / "bin.jpg", (150, 90, 60)))
    case = address.replace("/reports/", "/console/reports/")
    look_at_both(enter, keep, address, case)
    other = enter("minji", lang="en")
    neighbour = other.page
    neighbour.goto(address)
    expect(neighbour.locator(".story-waits")).to_contain_text(WAITS)
    moderator = enter("soyeon", lang="en", viewport=PHONE, reduced_motion="reduce")
    page = moderator.page
    page.goto(case)
    assert moderator.violations() == []
    assert moderator.sideways() == 0
    bare = str(page.locator(".case-photo").get_attribute("src"))
    for visitor in (other, moderator):
        visitor.gone.add(bare)
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Show it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(IN_CASE)).to_have_count(0)
    # The neighbour's page stands open, and follows.
    expect(neighbour.locator(".story-picture > img")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("u")
    expect(page.get_by_text(IN_CASE)).to_be_visible()
    expect(neighbour.locator(".story-waits")).to_be_visible()
    cover_something(page, keep)
    expect(neighbour.locator(".story-picture > img")).to_be_visible()


def cover_something(page: Page, keep: Keep) -> None:
    page.locator('[data-act="redact"] summary', has_text="Cover something").press("Enter")
    page.get_by_role("button", name="Add a box").press("Enter")
    # Bare it is one slip away no more.
    expect(page.get_by_role("button", name="Show it", exact=True)).to_be_hidden()
    keep(page, "photo-waits-covering")
    page.get_by_role("button", name="Cover it and show it").press("Enter")
    expect(page.get_by_text(IN_CASE)).to_have_count(0)
    expect(page.locator('[data-act="redact"] summary')).to_have_text("Cover part of the photo")


def look_at_both(enter: Enter, keep: Keep, address: str, case: str) -> None:
    """Look at the report's page and at its case, small and wide, light and dark."""
    reporter = enter("jun", lang="en")
    reporter.page.goto(address)
    expect(reporter.page.locator(".picture-note")).to_contain_text(MINE)
    assert reporter.violations() == []
    keep(reporter.page, "photo-waits-reporter")
    # An open page would ask for the photo once more at the moment it is covered.
    reporter.page.close()
    sizes: tuple[tuple[str, dict[str, Any]], ...] = (("phone", {}), ("desk", {"viewport": DESK}))
    for (name, size), scheme in product(sizes, ("light", "dark")):
        wishes = {"lang": "ko" if name == "desk" else "en", "color_scheme": scheme} | size
        for who, path in ((None, address), ("soyeon", case + "?view=photos")):
            visitor = enter(who, **wishes)
            visitor.page.goto(path)
            expect(visitor.page.locator(".story-waits, .case-waits")).to_be_visible()
            assert visitor.violations() == []
            keep(visitor.page, f"photo-waits-{who or 'stranger'}-{name}-{scheme}")
            visitor.page.close()


@pytest.mark.parametrize("looked", [True, False])
def test_who_looked_says_so(enter: Enter, tmp_path: Path, *, looked: bool) -> None:
    # What everyone sees already is looked over: each is another photo.
    picture = photo(tmp_path / "bin.jpg", (60, 160, 200 if looked else 60))
    address = sent_without_script(enter, picture, looked=looked)
    page = enter(lang="en").page
    page.goto(address)
    expect(page.locator(".story-waits")).to_have_count(0 if looked else 1)
