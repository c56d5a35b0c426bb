"""Stickers, calls and first looks, as they are drawn and used: for everyone, by keyboard too."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, Keep
from tests.browser.visitor import DESK, PHONE, UNHURRIED_MS, Visitor

CSV = """code,kind,name,lat,lon,category
L-1042,lamp,샘물로 21 앞 가로등,34.2101,127.9121,street_light
L-1043,lamp,샘물로 23 앞 가로등,34.2102,127.9123,street_light
B-7,bin,공원 쓰레기통,34.2110,127.9130,litter
"""


def looked_at(visitor: Visitor, path: str, keep: Keep, name: str) -> list[str]:
    """Return what is wrong with a page in both themes, wide and narrow; keep its pictures."""
    page, wrong = visitor.page, []
    for width, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)
        page.goto(path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            keep(page, f"{name}-{width}-{scheme}")
            wrong += [f"{path} {scheme}: {line}" for line in visitor.violations()]
        if visitor.sideways() > 0:
            wrong.append(f"{path}: {visitor.sideways()} px too wide on a {width}")
    return wrong


def bring(page: Page, tmp_path: Path) -> None:
    """Let the officer's page take a list of lamps and bins."""
    (tmp_path / "things.csv").write_text(CSV + "B 8,bin,x,1,2,litter\n")
    page.goto("/console/stickers")
    page.set_input_files("#file", str(tmp_path / "things.csv"))
    page.click("form[enctype] button")
    expect(page.locator("[role=alert] li")).to_have_count(1)


def send(page: Page, words: str, **fields: str) -> None:
    """Send the form with fields that no hand would fill in."""
    page.evaluate(
        """async ([words, fields]) => {
          const text = await (await fetch("/reports/new")).text();
          const page = new DOMParser().parseFromString(text, "text/html");
          const form = page.querySelector("main form");
          const data = new FormData(form);
          const told = {category: "water", text: words, lat: "34.2101", lon: "127.9121", ...fields};
          for (const [name, value] of Object.entries(told)) data.set(name, value);
          await fetch("/reports/", {method: "POST", body: data});
        }""",
        [words, fields],
    )


def test_a_sticker_leads_to_the_form_and_then_to_the_neighbours_report(
    enter: Enter, keep: Keep, tmp_path: Path
) -> None:
    officer = enter("taeho", viewport=DESK)
    bring(officer.page, tmp_path)
    wrong = looked_at(officer, "/console/stickers", keep, "stickers")
    wrong += looked_at(officer, "/console/stickers/sheet?kind=lamp", keep, "sheet")
    visitor = enter("minji")
    page = visitor.page
    page.goto("/a/L-1042")
    expect(page.locator("[data-stepping]")).to_be_attached()
    expect(page.locator("#place")).to_have_value("샘물로 21 앞 가로등")
    expect(page.locator("input[name=category]:checked")).to_have_value("street_light")
    page.wait_for_timeout(2100)
    for _ in range(3):
        page.click("[data-next]")
    page.locator("#text, [data-near-list] .near").locator("visible=true").first.wait_for()
    if not page.locator("#text").is_visible():
        page.click("[data-next]")
    page.fill("#text", "가로등이 깜빡여요 스티커")
    page.click("[data-next]")
    page.wait_for_timeout(UNHURRIED_MS)
    page.click("[data-send]")
    page.wait_for_url("**thanks**")
    neighbour = enter("jun")
    neighbour.page.goto("/a/l-1042")
    expect(neighbour.page.locator("h3")).to_contain_text("스티커")
    wrong += looked_at(neighbour, "/a/L-1042", keep, "thing")
    neighbour.page.click(".near form button")
    expect(neighbour.page.locator(".story-side")).to_contain_text("2")
    assert not wrong, "\n".join(wrong)


def test_a_moderator_looks_first_by_keyboard(enter: Enter, keep: Keep) -> None:
    resident = enter("okja", expects_refusals=True)
    resident.page.goto("/reports/new")
    send(resident.page, "물이 새요 첫눈", homepage="https://spam.example")
    send(resident.page, "둘째 첫눈", homepage="x", category="litter")
    wrong = looked_at(resident, "/", keep, "home")
    moderator = enter("soyeon", viewport=DESK, expects_refusals=True)
    page = moderator.page
    wrong += looked_at(moderator, "/console/first-look", keep, "first-look")
    page.goto("/console/first-look")
    expect(page.locator("[data-row]").first).to_contain_text("물이 새요")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("[data-bulk-count]")).to_have_text("1건 고름")
    link = page.locator("[data-row] .queue-side a").first.get_attribute("href") or ""
    page.locator("[name=action][value=let_through]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main [role=status]").first).to_contain_text("1")
    wrong += looked_at(moderator, link, keep, "block")
    page.goto(link)
    page.fill("#block-reason", "장난 신고예요")
    page.click("main form button")
    wrong += looked_at(moderator, "/console/blocks", keep, "blocks")
    wrong += looked_at(resident, "/reports/new", keep, "blocked")
    expect(resident.page.locator("main")).to_contain_text("장난 신고예요")
    page.goto("/console/blocks")
    page.click("main table button")
    resident.page.goto("/reports/new")
    expect(resident.page.locator("main form").first).to_be_attached()
    assert not wrong, "\n".join(wrong)


def call(page: Page) -> None:
    """Write down what a caller tells, with keys alone."""
    page.goto("/console/phone")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("보도블록이 튀어나왔어요 전화")
    page.keyboard.press("Tab")
    page.keyboard.type("샘물로 21")
    page.keyboard.press("Enter")
    page.locator("main [role=status], #near").first.wait_for()


def test_an_agent_files_a_call_without_a_mouse(enter: Enter, keep: Keep) -> None:
    agent = enter("taeho", viewport=DESK, expects_refusals=True)
    page = agent.page
    wrong = looked_at(agent, "/console/phone", keep, "phone")
    call(page)
    if page.locator("#near").is_visible():
        page.locator("#place").press("Enter")
    expect(page.locator("main [role=status]")).to_be_visible()
    call(page)
    keep(page, "phone-near")
    wrong += agent.violations()
    expect(page.locator("#near")).to_contain_text("전화")
    page.locator("[name=join][value=new]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main [role=status]")).to_be_visible()
    assert not wrong, "\n".join(wrong)
