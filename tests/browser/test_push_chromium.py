"""In Chromium: asked by a tap, proven by a test push that was really encrypted, signed and read."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from participation.reports.rules import UNDO_S
from tests.browser.conftest import Enter
from tests.browser.visitor import DESK, Visitor, a_spot, photo, write_report
from tests.pushservice import Message, PushService

pytestmark = pytest.mark.whole_browser

CALM = {"lang": "ko", "reduced_motion": "reduce"}
# Chromium asks Google for an address, which the tests cannot reach: the page gets one of our push
# service instead. Keys, encryption, signature, worker and notification are the real ones.
ADDRESS = """
const offer = %s;
let there = %s;
const made = () => ({...offer, options: {applicationServerKey: there},
  toJSON: () => offer, unsubscribe: async () => { there = null; return true; }});
PushManager.prototype.subscribe = async function (options) {
  there = options.applicationServerKey.buffer; return made(); };
PushManager.prototype.getSubscription = async () => there && made();
"""

# The notice a browser is tried with; others may be on their way to the same person.
TRIAL = "'tag': 'test'"
ODD = (
    "",
    "no json",
    "[]",
    "null",
    '{"notification": 3}',
    '{"id": "x"}',
    '{"id": 7, "notification": {"title": 8}}',
    '{"notification": {"title": "A", "tag": "", "body": null, "navigate": 9}}',
)


class Phone:
    """A visitor whose pushes come from our push service; `pump` hands what arrived to Chromium."""

    def __init__(self, visitor: Visitor, service: PushService) -> None:
        self.visitor, self.page, self.service = visitor, visitor.page, service
        self.address = service.subscribe()
        visitor.context.add_init_script(ADDRESS % (json.dumps(self.address.offer()), "null"))
        self.cdp: CDPSession = visitor.context.new_cdp_session(visitor.page)
        self.registrations: list[str] = []
        self.cdp.on("ServiceWorker.workerRegistrationUpdated", self._registered)
        self.cdp.send("ServiceWorker.enable")
        self.taken = 0

    def _registered(self, event: dict[str, Any]) -> None:
        # The inspector tells of other visitors' workers too.
        self.registrations += [
            one["registrationId"]
            for one in event["registrations"]
            if one["scopeURL"].startswith(self.visitor.city) and not one.get("isDeleted")
        ]

    def hand_over(self, data: str) -> None:
        self.cdp.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.visitor.city,
                "registrationId": self.registrations[-1],
                "data": data,
            },
        )

    def bring(self, data: str, truth: Callable[[], bool]) -> None:
        """Deliver until `truth` holds.

        On a busy machine the inspector drops about one push in a hundred; what is under test is
        what the worker makes of them, and a repeat is nothing new to it.
        """
        for _ in range(6):
            self.hand_over(data)
            if came_true(self.page, truth, 4.0):
                return
        raise AssertionError("six pushes came to nothing")

    def pump(self, truth: Callable[[], bool], seconds: float = 10.0, *, about: str = "") -> Message:
        """Wait for the next message `about` something and deliver it until `truth` holds.

        The city is one for all journeys: what others did may be told to the same person meanwhile.
        """

        def there() -> list[Message]:
            return [one for one in self.service.arrived[self.taken :] if about in str(one.plain)]

        assert came_true(self.page, lambda: there() != [], seconds), self.service.refusals
        message = there()[0]
        self.taken = self.service.arrived.index(message) + 1
        self.bring(json.dumps(message.plain), truth)
        return message


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as made:
        yield made


@pytest.fixture
def phone(enter: Enter, service: PushService) -> Phone:
    return Phone(enter("minji", permissions=["notifications"], **CALM), service)


def shown(page: Page) -> list[dict[str, Any]]:
    return list(
        page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
            .map((n) => ({title: n.title, body: n.body, tag: n.tag, navigate: n.data.navigate}))"""
        )
    )


def close_all(page: Page) -> None:
    page.evaluate(
        """async () => { for (const n of await (await navigator.serviceWorker.ready)
        .getNotifications()) n.close(); }"""
    )
    assert came_true(page, lambda: shown(page) == [])


def came_true(page: Page, truth: Callable[[], bool], seconds: float = 8.0) -> bool:
    end = time.monotonic() + seconds
    while not truth():
        if time.monotonic() > end:
            return False
        page.wait_for_timeout(20)
    return True


def turn_on(phone: Phone) -> Message:
    phone.page.goto("/me/notifications")
    phone.page.click("[data-act=on]")
    said = phone.page.locator("[data-said=shown]:visible")
    return phone.pump(lambda: said.count() == 1, about=TRIAL)


def test_a_person_turns_it_on_and_sees_that_it_works(phone: Phone, service: PushService) -> None:
    message = turn_on(phone)
    expect(phone.page.locator("[data-when=on]")).to_be_visible()
    assert message.headers["urgency"] == "high"
    assert [one["title"] for one in shown(phone.page)] == ["알림이 잘 와요"]
    assert not service.refusals

    phone.page.reload()
    here = phone.page.locator("[data-here]:visible")
    expect(here).to_have_count(1)
    expect(phone.page.locator("li", has=here).locator("[data-proof=now]")).to_be_visible()
    assert not phone.visitor.violations()

    phone.page.click("[data-act=off]")
    expect(phone.page.locator("[data-act=on]")).to_be_visible()
    expect(phone.page.locator(".plain [data-here]:visible")).to_have_count(0)


OLD_NOTE = """() => { const note = JSON.parse(localStorage.getItem("madang.push"));
localStorage.setItem("madang.push", JSON.stringify({...note, at: note.at - 8 * 86400000})); }"""
NO_NOTE = "() => localStorage.getItem('madang.push') === null"


def is_off(page: Page) -> None:
    """The browser has forgotten it, and the city has it neither as told nor as allowed."""
    page.wait_for_function(NO_NOTE)
    page.goto("/me/notifications")
    expect(page.locator("[data-when=off]")).to_be_visible()
    expect(page.locator("[data-browser]")).to_have_count(0)
    page.goto("/me/data")
    expect(page.locator('form[action="/me/data/push"] [role=switch]')).to_have_attribute(
        "aria-checked", "false"
    )


def test_a_yes_that_was_taken_back_stays_so(enter: Enter, service: PushService) -> None:
    may = {"permissions": ["notifications"], "expects_refusals": True}
    phone = Phone(enter("taeho", **may, **CALM), service)
    page = phone.page
    turn_on(phone)
    page.goto("/me/data")
    page.evaluate(OLD_NOTE)
    page.click('form[action="/me/data/push"] [role=switch]')
    page.wait_for_load_state()
    is_off(page)


def test_nobody_says_yes_by_signing_in_where_another_did(
    enter: Enter, service: PushService
) -> None:
    may = {"permissions": ["notifications"], "expects_refusals": True}
    phone = Phone(enter("taeho", **may, **CALM), service)
    turn_on(phone)
    phone.visitor.sign_in("okja")
    is_off(phone.page)


# A browser gives the same address until it is let go, whatever its push service says of it.
ANOTHER = """
const another = %s;
const {subscribe: take, getSubscription: find} = PushManager.prototype;
let left = false, held = null;
PushManager.prototype.getSubscription = async function () { return held ?? find.call(this); };
PushManager.prototype.subscribe = async function (options) {
  const mine = await take.call(this, options);
  if (left) return held = {...mine, ...another, toJSON: () => another};
  return {...mine, unsubscribe: async () => { left = true; return mine.unsubscribe(); }};
};
"""


def test_a_browser_its_push_service_gave_up_is_told_again_by_itself(
    enter: Enter, service: PushService
) -> None:
    may = {"permissions": ["notifications"], "expects_refusals": True}
    phone = Phone(enter("taeho", **may, **CALM), service)
    page = phone.page
    page.goto("/me/notifications")
    page.click("[data-act=on]")
    assert came_true(page, lambda: TRIAL in str([one.plain for one in service.arrived]), 30.0)
    phone.address.gone = True
    page.reload()
    page.click("li:has([data-here]:visible) form[data-test] button")
    expect(page.locator("[data-said=dead]:visible")).to_have_count(1)
    fresh = service.subscribe()
    phone.visitor.context.add_init_script(ANOTHER % json.dumps(fresh.offer()))
    page.reload()
    expect(page.locator("[data-when=on]")).to_be_visible()
    expect(page.locator("[data-gone]")).to_have_count(0)
    page.click("li:has([data-here]:visible) form[data-test] button")
    assert came_true(page, lambda: fresh.token in [m.token for m in service.arrived], 30.0)
    page.click("[data-act=off]")
    expect(page.locator("[data-act=on]")).to_be_visible()


def test_the_same_notice_twice_shows_once_and_one_that_is_dismissed_stays_away(
    phone: Phone,
) -> None:
    turn_on(phone)
    text = json.dumps(
        {
            "web_push": 8030,
            "id": "7f3a1d0e-0000-4000-8000-000000000001",
            "notification": {"title": "A", "body": "B", "navigate": "/reports/", "tag": "one"},
        }
    )
    phone.bring(text, lambda: "A" in [one["title"] for one in shown(phone.page)])
    phone.page.wait_for_timeout(100)
    close_all(phone.page)
    phone.hand_over(text)
    other = text.replace("000001", "000002").replace('"A"', '"C"')
    phone.bring(other, lambda: shown(phone.page) != [])
    assert [one["title"] for one in shown(phone.page)] == ["C"]


def test_a_push_nobody_can_read_is_shown_all_the_same(phone: Phone) -> None:
    turn_on(phone)
    for text in ODD:
        close_all(phone.page)
        phone.bring(text, lambda: [one["tag"] for one in shown(phone.page)] == ["news"])


def test_an_answer_of_the_city_is_on_the_phone_once_it_cannot_be_taken_back(
    enter: Enter, service: PushService, tmp_path: Path
) -> None:
    may = ["notifications", "geolocation"]
    minji = enter("minji", geolocation=a_spot(), permissions=may, **CALM)
    phone = Phone(minji, service)
    turn_on(phone)
    address = write_report(minji.page, photo(tmp_path / "lamp.jpg"))
    soyeon = enter("soyeon", viewport=DESK, **CALM)
    soyeon.page.goto(address.replace("/reports/", "/console/reports/"))
    soyeon.page.select_option("#answer-status", "acknowledged")
    soyeon.page.fill("#answer-text", "내일 아침에 고치러 가요")
    began = time.monotonic()
    soyeon.page.click("[data-act=answer] button.warm")
    shows = lambda: address in [one["navigate"] for one in shown(minji.page)]  # noqa: E731
    phone.pump(shows, UNDO_S + 8, about=address.rsplit("/", 1)[1])
    took = time.monotonic() - began - UNDO_S
    print(f"from the last moment to take it back to the phone: {took * 1000:.0f} ms")
    assert 0 < took < 5
