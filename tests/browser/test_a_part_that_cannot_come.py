"""A part of the script that a bad line does not bring keeps no other part away."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import Enter


def test_the_others_come(enter: Enter) -> None:
    """What follows the live news does not come; what tells of unread news does."""
    visitor = enter("minji", service_workers="block")
    page, came = visitor.page, []

    def refuse(route: Route) -> None:
        came.append("partial")
        route.abort()

    page.route("**/part-partial-*.js", refuse)
    page.on("requestfinished", lambda asked: came.append(asked.url.rpartition("/")[2]))
    page.goto("/reports/")
    page.locator("article.report-row a").first.click()
    expect(page.locator("#timeline")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert "partial" in came
    assert any(name.startswith("part-news-") for name in came)
    # The browser itself tells of the line; nothing of ours is left unheard.
    visitor.faults[:] = [one for one in visitor.faults if "ERR_FAILED" not in one]
