"""What is stuck is tried again where one reads of it, on any screen; what came of it is said."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine, select

from services import clock
from services.db import Session
from services.outbox.events import OutboxDelivery, OutboxEvent
from tests.browser.conftest import City, Enter
from tests.browser.visitor import DESK, PHONE

HEARD = "reports.show_changed:reports.report_changed"
GONE = "reports.show_what_nobody_shows_any_more:reports.report_changed"
PAGE = "/console/dead-letters"


@pytest.fixture
def stuck(walked_city: City) -> None:
    """Let two deliveries of what was told long ago be stuck: one is heard still, one is not."""
    engine = create_engine(f"sqlite:///{walked_city.folder / 'madang.db'}")
    past = clock.now() - timedelta(days=1)
    with Session(engine) as session:
        seq = session.scalar(
            select(OutboxEvent.seq)
            .where(OutboxEvent.kind == "reports.report_changed")
            .order_by(OutboxEvent.seq)
            .limit(1)
        )
        for name in (HEARD, GONE):
            dead = {"due_at": past, "dead_at": past, "done_at": None, "error": "OSError: " * 9}
            row = session.get(OutboxDelivery, (seq, name))
            if row is None:
                session.add(OutboxDelivery(event_seq=seq, subscriber=name, tries=12, **dead))
            else:
                for column, value in dead.items():
                    setattr(row, column, value)
        session.commit()
    engine.dispose()


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_its_button_is_in_sight(enter: Enter, stuck: None, lang: str) -> None:
    visitor = enter("hana", lang=lang)
    page = visitor.page
    for viewport in ({"width": 320, "height": 640}, PHONE, DESK):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.goto(PAGE)
        assert visitor.sideways() == 0
        for button in page.locator(".letter button").all():
            button.scroll_into_view_if_needed()
            place = button.bounding_box()
            assert place is not None
            assert place["x"] >= 0
            assert place["x"] + place["width"] <= viewport["width"]
            assert place["height"] < 60, "its words stand on one line"


def test_what_came_of_it_is_said(enter: Enter, stuck: None) -> None:
    page = enter("hana").page
    for act, told in (("retry", "다시 전하고 있어요"), ("discard", "버렸어요")):
        page.goto(PAGE)
        button = page.locator(f".letter form[action$='/{act}'] button").first
        button.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        note = page.locator("main [role=status]", has_text=told)
        expect(note).to_be_focused()
        expect(note).to_be_in_viewport()
