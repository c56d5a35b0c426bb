"""A digest that is being written in the very moment of an erasure or a hiding is found by it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from participation.alerts.rules import Way
from participation.events.alerts import DigestMade
from services import clock
from services.db import Session, unit_of_work
from services.letters import LetterOut
from services.outbox.events import OutboxEvent
from tests.participation.alerts.conftest import Street
from tests.participation.alerts.test_a_digest_that_waits_forgets_what_was_hidden import (
    digests,
    hide,
)
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit, deliver
from tests.people import MINJI

addresses = taps.addresses
WRITES = 0.4


@contextmanager
def written_meanwhile(app: Flask) -> Iterator[None]:
    """Write the letter that is due once more, and let the block act before that commits."""
    engine, known = app.extensions["engine"], app.extensions["registry"].subscriptions
    with Session(engine) as session:
        newest = sa.select(OutboxEvent.body).where(OutboxEvent.kind == DigestMade.kind)
        body = session.scalars(newest.order_by(OutboxEvent.seq.desc())).first()
    assert body is not None
    (subscriber,) = known.to(DigestMade.kind)
    with unit_of_work(engine) as session:
        session.execute(sa.delete(LetterOut))
    with unit_of_work(engine) as writing:
        subscriber.handle(writing, msgspec.json.decode(body, type=subscriber.event))
        writing.flush()
        yield
        # Whoever acts waits for this, or would have been done long ago.
        threading.Event().wait(WRITES)


@pytest.fixture
def found(app: Flask, street: Street, tell: Callable[..., None]) -> None:
    """Two reports near Minji's home, of which a letter to her is due."""
    street.follow(MINJI, way=Way.DIGEST)
    for text in ("Kim did it", "Dark lamp"):
        street.report(text=text)
    deliver(app)
    street.wait()
    tell(clock.now())
    deliver(app)


@pytest.mark.usefixtures("found")
def test_no_letter_is_left_to_who_erased_their_account(app: Flask, visit: Visit) -> None:
    pages = visit(MINJI)
    pages.get("/me/erase")
    erasing = threading.Thread(target=pages.post, args=("/me/erase",))
    with written_meanwhile(app):
        erasing.start()
    erasing.join()
    assert digests(app) == []


@pytest.mark.usefixtures("found")
def test_a_digest_names_nothing_that_was_hidden_while_it_was_written(app: Flask) -> None:
    hiding = threading.Thread(target=hide, args=(app, "Kim did it"))
    with written_meanwhile(app):
        hiding.start()
    hiding.join()
    (left,) = digests(app)
    assert "Kim" not in left
    assert "Dark lamp" in left
