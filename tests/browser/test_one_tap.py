"""A settled report asks on the phone with two buttons, and one tap is the whole answer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from participation.reports.rules import UNDO_S
from tests.browser.conftest import Enter, Keep
from tests.browser.test_push_chromium import CALM, Phone, came_true, turn_on
from tests.browser.visitor import DESK, PHONE, Visitor, a_spot, photo, write_report
from tests.pushservice import PushService

pytestmark = pytest.mark.whole_browser

# No program can press a system's own button; the worker is told of the press as it would be. An
# event of ours may not keep the worker awake, so the test itself waits for what it began.
PRESS = """async ([tag, action]) => {
  const [notification] = await self.registration.getNotifications({tag});
  const event = new NotificationEvent("notificationclick", {notification, action});
  let begun = Promise.resolve();
  Object.defineProperty(event, "waitUntil", {value: (work) => { begun = work; }});
  self.dispatchEvent(event);
  await begun;
}"""
SHOWN = """async (tag) => (await (await navigator.serviceWorker.ready).getNotifications({tag}))
  .map((n) => ({title: n.title, body: n.body, actions: n.actions.map((a) => a.action),
    navigate: n.data.navigate}))"""


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as made:
        yield made


@pytest.fixture
def asked(enter: Enter, service: PushService, tmp_path: Path) -> Callable[[], tuple[Phone, str]]:
    """Return how a neighbour with a phone comes to be asked about a report of hers."""

    def ask() -> tuple[Phone, str]:
        may = ["notifications", "geolocation"]
        minji = enter("minji", geolocation=a_spot(), permissions=may, expects_refusals=True, **CALM)
        phone = Phone(minji, service)
        turn_on(phone)
        address = write_report(minji.page, photo(tmp_path / "lamp.jpg"))
        settle(enter("soyeon", viewport=DESK, **CALM), address)
        tag = "report-" + address.rsplit("/", 1)[1]
        phone.pump(lambda: shown(minji.page, tag) != [], UNDO_S + 10, about=tag)
        return phone, address

    return ask


def settle(staff: Visitor, address: str) -> None:
    staff.page.goto(address.replace("/reports/", "/console/reports/"))
    staff.page.select_option("#answer-status", "fixed")
    staff.page.fill("#answer-text", "전등을 새로 달았어요")
    staff.page.click("[data-act=answer] button.warm")


def shown(page: Page, tag: str) -> list[dict[str, Any]]:
    return list(page.evaluate(SHOWN, tag))


def press(phone: Phone, tag: str, action: str) -> None:
    phone.visitor.context.service_workers[0].evaluate(PRESS, [tag, action])


def test_a_no_on_the_phone_opens_it_again(asked: Callable[[], tuple[Phone, str]]) -> None:
    phone, address = asked()
    page, tag = phone.page, "report-" + address.rsplit("/", 1)[1]
    assert shown(page, tag)[0]["actions"] == ["yes", "no"]
    press(phone, tag, "no")
    assert came_true(page, lambda: "다시 열렸어요" in str(shown(page, tag)))
    (after,) = shown(page, tag)
    assert after["actions"] == []
    assert address.endswith(after["navigate"])
    page.goto(address)
    expect(page.locator(".promise")).to_contain_text("종료됐지만 이의 있음")
    expect(page.locator(".promise")).to_contain_text("시가 답하는 날")


def test_a_yes_without_a_line_is_asked_again_and_then_one_question_follows(
    asked: Callable[[], tuple[Phone, str]], keep: Keep
) -> None:
    phone, address = asked()
    page, tag = phone.page, "report-" + address.rsplit("/", 1)[1]
    link = str(phone.service.arrived[-1].plain["notification"]["navigate"])
    phone.visitor.context.set_offline(True)
    press(phone, tag, "yes")
    assert came_true(page, lambda: "다시 눌러 주세요" in str(shown(page, tag)))
    assert shown(page, tag)[0]["actions"] == ["yes", "no"]
    phone.visitor.context.set_offline(False)
    look(phone.visitor, link, "judge", keep)
    look(phone.visitor, link + "/yes", "judge-yes", keep)
    press(phone, tag, "yes")
    assert came_true(page, lambda: "고마워요" in str(shown(page, tag)))
    assert link.endswith(shown(page, tag)[0]["navigate"])
    look(phone.visitor, link, "judge-said", keep)
    page.click("button[name=score][value='5']")
    expect(page.locator("button[name=score]")).to_have_count(0)
    look(phone.visitor, link, "judge-rated", keep)
    look(phone.visitor, "/reports/history", "history", keep)


def look(visitor: Visitor, path: str, name: str, keep: Keep) -> None:
    """Look at a page on a phone and a desk, by day and by night; leave it open."""
    wrong = []
    for size, view in (("phone", PHONE), ("desk", DESK)):
        visitor.page.set_viewport_size(view)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            visitor.page.goto(path, wait_until="load")
            keep(visitor.page, f"{name}-{size}-{scheme}")
            wrong += [f"{path} {size} {scheme}: {line}" for line in visitor.violations()]
            if visitor.sideways() > 0:
                wrong.append(f"{path}: {visitor.sideways()} px too wide on the {size}")
    assert not wrong, "\n".join(wrong)
