"""A report begun and left is there again for who began it, and for nobody else at this browser."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_report_waits_for_a_line import SCRIPTED

BEGUN = "말하지 못한 일"
KEPT = "() => sessionStorage.getItem('madang.report')"


def opened(page: Page) -> None:
    page.goto("/reports/new")
    page.wait_for_function(SCRIPTED)


def test_the_next_person_at_a_browser_reads_nothing_of_the_one_before(enter: Enter) -> None:
    visitor = enter("jun")
    page = visitor.page
    opened(page)
    page.locator("#text").evaluate(
        """(field, words) => { field.value = words;
        field.dispatchEvent(new Event('input', { bubbles: true })); }""",
        BEGUN,
    )
    opened(page)
    expect(page.locator("#text")).to_have_value(BEGUN)
    page.goto("/me")
    page.click('form[action="/sign-out"] button')
    page.wait_for_url("**/")
    visitor.sign_in("minji")
    opened(page)
    expect(page.locator("#text")).to_have_value("")
    assert BEGUN not in str(page.evaluate(KEPT))
