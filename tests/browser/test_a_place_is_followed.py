"""A place is followed from a phone: by hand on the map, or from a report; a file is fetched."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Keep
from tests.browser.visitor import DESK, PHONE, Visitor


def shoot(visitor: Visitor, keep: Keep, name: str) -> None:
    """Keep a picture in both themes; no barrier may stand in either."""
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        keep(visitor.page, f"{name}-{scheme}")
        assert not visitor.violations()
    visitor.page.emulate_media(color_scheme="light")
    assert visitor.sideways() <= 0


@pytest.mark.parametrize("view", [PHONE, DESK], ids=["phone", "desk"])
def test_a_place_is_followed_and_let_go(enter: Enter, keep: Keep, view: dict[str, int]) -> None:
    visitor = enter("jun", viewport=view, reduced_motion="reduce", lang="ko")
    page, name = visitor.page, f"places-{view['width']}"
    page.goto("/me")
    page.get_by_role("link", name="지켜보는 곳").click()
    page.wait_for_url("**/me/places")
    shoot(visitor, keep, f"{name}-empty")
    page.get_by_role("link", name="지켜볼 곳 추가").click()
    expect(
        page.locator(".map-pick .leaflet-container, .map-pick.leaflet-container")
    ).to_be_visible()
    page.locator(".map-pick").click(position={"x": 150, "y": 150})
    expect(page.locator("#lat")).not_to_have_value("")
    page.get_by_text("100미터", exact=True).click()
    page.get_by_label("뭐라고 부를까요?").fill("우리 집")
    shoot(visitor, keep, f"{name}-form")
    page.get_by_role("button", name="지켜보기").click()
    expect(page.get_by_text("둘레 100미터").first).to_be_visible()
    shoot(visitor, keep, f"{name}-list")
    page.get_by_role("switch", name="우리 집").click()
    expect(page.get_by_role("switch", name="우리 집")).to_have_attribute("aria-checked", "false")
    page.get_by_role("button", name="우리 집 지우기").click()
    expect(page.get_by_text("우리 집", exact=True)).to_have_count(0)
    expect(page.locator(".note[role=status]")).to_be_focused()
    page.get_by_role("button", name="되돌리기").click()
    expect(page.get_by_text("우리 집", exact=True)).to_be_visible()
    page.get_by_role("button", name="우리 집 지우기").click()


def test_a_report_leads_to_following_its_place(enter: Enter) -> None:
    visitor = enter("jun", lang="ko")
    page = visitor.page
    page.goto("/reports/")
    page.locator(".report-title a").first.click()
    page.get_by_role("link", name="이곳 지켜보기").click()
    expect(page.locator("#lat")).not_to_have_value("")
    page.locator("[name=kind][value=ward]").check()
    expect(page.locator(".for-circle")).to_be_hidden()
    page.locator("#ward").select_option("달맞이동")
    page.get_by_role("button", name="지켜보기").click()
    page.get_by_role("button", name="달맞이동 지우기").click()


def test_a_file_is_watched_while_it_is_written(enter: Enter, keep: Keep) -> None:
    visitor = enter(None, lang="ko", viewport=PHONE)
    page = visitor.page
    page.goto("/reports/")
    page.get_by_role("link", name="파일로 받기").click()
    page.get_by_role("button", name="파일 만들기").wait_for()
    shoot(visitor, keep, "export-ask")
    page.get_by_role("button", name="파일 만들기").click()
    page.get_by_role("link", name="파일 받기").wait_for()
    shoot(visitor, keep, "export-done")
    with page.expect_download() as taken:
        page.get_by_role("link", name="파일 받기").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"\xef\xbb\xbfid,title")
