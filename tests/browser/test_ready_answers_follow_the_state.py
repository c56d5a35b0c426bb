"""A moderator is offered the ready answers of the chosen state, and no others."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, a_spot, photo, write_report


def keep_ready(page: Page, label: str, status: str) -> None:
    page.goto("/console/answers/")
    page.select_option("#ready-status", status)
    page.fill("#ready-label", label)
    page.fill("#ready-text", f"{label}라고 전해요")
    page.click("form[action='/console/answers/'] button")


def test_the_list_is_narrowed_to_the_chosen_state(enter: Enter, tmp_path: Path) -> None:
    minji = enter("minji", geolocation=a_spot(), permissions=["geolocation"])
    report_id = write_report(minji.page, photo(tmp_path / "lamp.jpg")).split("/")[-1]
    page = enter("soyeon", viewport=DESK).page
    for label, status in (("가는 길이에요", "in_progress"), ("다 고쳤어요", "fixed")):
        keep_ready(page, label, status)
    page.goto(f"/console/reports/{report_id}")
    ready = page.locator("#answer-ready")
    page.select_option("#answer-status", "rejected")
    expect(ready).to_be_hidden()
    page.select_option("#answer-status", "fixed")
    expect(ready).to_be_visible()
    offered = ready.locator("optgroup:not([hidden]) option")
    expect(offered.filter(has_text="다 고쳤어요")).to_have_count(1)
    expect(offered.filter(has_text="가는 길이에요")).to_have_count(0)
    page.select_option("#answer-ready", label="다 고쳤어요")
    expect(page.locator("#answer-text")).to_have_value("다 고쳤어요라고 전해요")
    page.select_option("#answer-status", "in_progress")
    expect(ready).to_have_value("")


def test_a_ready_text_leaves_what_was_typed(enter: Enter) -> None:
    page = enter("soyeon", viewport=DESK).page
    for label in ("먼저 살펴봐요", "곧 답해요"):
        keep_ready(page, label, "in_progress")
    page.goto("/console/?view=new")
    page.locator(".queue-title a").first.click()
    page.locator("html[data-live=live]").wait_for()
    text = page.locator("#answer-text")
    text.fill("전화로 말씀드린 대로예요.")
    page.select_option("#answer-status", "in_progress")
    page.select_option("#answer-ready", label="먼저 살펴봐요")
    expect(text).to_have_value("전화로 말씀드린 대로예요.\n먼저 살펴봐요라고 전해요")
    page.select_option("#answer-ready", label="곧 답해요")
    expect(text).to_have_value("전화로 말씀드린 대로예요.\n곧 답해요라고 전해요")
    text.fill("")
    page.select_option("#answer-ready", label="먼저 살펴봐요")
    expect(text).to_have_value("먼저 살펴봐요라고 전해요")
