"""What is on its way when a person has their place forgotten is not shown any more."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import a_spot


def test_an_answer_that_comes_late_is_not_shown(enter: Enter) -> None:
    page = enter(
        lang="en", geolocation=a_spot(), permissions=["geolocation"], service_workers="block"
    ).page
    held: list[Route] = []
    page.route("**/near?*", lambda one: held.append(one))
    page.goto("/")
    with page.expect_request("**/near?*"):
        page.click("[data-here]")
    page.click("[data-here-forget]")
    with page.expect_response("**/near?*"):
        held[0].continue_()
    page.wait_for_timeout(500)
    expect(page.locator("#here-title")).to_have_text("Newest in the whole city")
