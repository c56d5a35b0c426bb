"""A push service, the product's sender towards it, and a person with a browser."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa

from services.auth import Actor
from services.config import Settings
from services.db import unit_of_work
from services.push import Notice, Sender, enqueue
from services.push.subscriptions import Offer, subscribe
from tests.conftest import AT
from tests.people import MINJI
from tests.pushservice import Browser, PushService

NOTICE = Notice("가로등", "고치고 있어요", "/reports/1", "report-1", "status")


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as made:
        yield made


@pytest.fixture
def sender(engine: sa.Engine, settings: Settings) -> Iterator[Sender]:
    made = Sender(engine, settings)
    yield made
    made.close()


@pytest.fixture
def keep(engine: sa.Engine) -> Callable[..., UUID]:
    """Give Minji, or whom it is for, the browser."""

    def kept(browser: Browser, whose: Actor = MINJI, at: datetime = AT) -> UUID:
        offer = msgspec.convert(browser.offer(), Offer)
        assert whose.id is not None
        with unit_of_work(engine) as session:
            return subscribe(session, whose.id, offer, allow_private=True, at=at)

    return kept


@pytest.fixture
def browser(service: PushService, sender: Sender, keep: Callable[..., UUID]) -> Browser:
    """Minji's browser, subscribed with the city's key."""
    made = service.subscribe(sender.vapid.public_key())
    keep(made)
    return made


@pytest.fixture
def tell(engine: sa.Engine) -> Callable[..., None]:
    """Keep a notice for Minji, or whom it is for; the sender has not seen it yet."""

    def told(notice: Notice = NOTICE, *people: Actor) -> None:
        with unit_of_work(engine) as session:
            enqueue(session, [who.id for who in people or (MINJI,) if who.id], notice, at=AT)

    return told
