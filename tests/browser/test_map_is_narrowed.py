"""The map's chips narrow pins and list at once, stand in the address, and work without script."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Enter


def test_a_chip_narrows_the_map_and_stays_in_the_address(enter: Enter) -> None:
    page = enter().page
    page.goto("/reports/map")
    expect(page.get_by_text("© Madang · 하늘시 Haneul")).to_be_visible()
    page.locator('[data-filter="state"][data-value="settled"]').click()
    expect(page).to_have_url(re.compile("state=settled"))
    lately = page.locator('[data-filter="time"]')
    lately.click()
    expect(page).to_have_url(re.compile("time=30"))
    expect(lately).to_have_attribute("aria-current", "true")
    body = page.locator("[data-sheet-body]")
    expect(body.locator(".chip-open")).to_have_count(0)
    address = page.url
    lately.click()
    expect(page).not_to_have_url(re.compile("time="))
    page.goto(address)
    chosen = page.locator('[data-filter="state"][aria-current]')
    expect(chosen).to_have_attribute("data-value", "settled")
    expect(page.locator("[data-sheet-body] .chip-open")).to_have_count(0)


def test_without_script_the_chips_are_links(enter: Enter, browser: Browser) -> None:
    base = enter().page
    base.goto("/reports/map")
    origin = base.evaluate("location.origin")
    context = browser.new_context(base_url=origin, java_script_enabled=False)
    page = context.new_page()
    page.goto("/reports/map")
    page.locator('[data-filter="state"][data-value="settled"]').click()
    expect(page).to_have_url(re.compile("state=settled"))
    expect(page.locator(".chip-open")).to_have_count(0)
    page.locator('[data-filter="category"][data-value="litter"]').click()
    expect(page).to_have_url(re.compile("category=litter&state=settled"))
    context.close()
