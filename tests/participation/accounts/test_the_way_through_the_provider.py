"""In a real browser: from the sign-in page to the provider on another site, and back."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from services.auth.oidc import CALLBACK
from tests import oidc, servers


def test_someone_signs_in_and_is_known(tmp_path: Path, browser: Browser) -> None:
    # A host of another name: the way back is a cross-site one, as it will be in a city.
    issuer = f"http://localhost:{servers.free_port()}"
    told = oidc.settings(issuer) | {"MADANG_OIDC_NAME": "City Pass"}
    with (
        servers.madang(tmp_path, **told) as city,
        oidc.provider(city + CALLBACK, issuer),
        browser.new_context(locale="ko-KR") as context,
    ):
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(city + "/sign-in?next=/me/data")
        page.get_by_role("link", name="City Pass 계정으로 로그인").click()
        page.wait_for_url(issuer + "/**")
        page.fill("input[name=login]", "kim")
        page.fill("input[name=password]", "x")
        page.click("button[type=submit]")
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(city + "/me/data")
        expect(page.get_by_text("kim@example.org")).to_be_visible()
        expect(page.get_by_text("이어진 계정")).to_be_visible()
