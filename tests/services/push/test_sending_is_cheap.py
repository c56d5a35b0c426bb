"""Connections and signatures are made once and used again; a commit wakes the sender."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from services import clock
from services.config import Settings
from services.db import unit_of_work
from services.push import Notice, Sender, enqueue
from services.push.models import PushMessage
from services.push.sender import SHARE
from services.push.vapid import KEPT, LIVES_S, RENEW_S, Vapid, audience
from tests.conftest import AT
from tests.people import MINJI
from tests.pushservice import Answer, Browser, PushService, check_vapid

Keep = Callable[[Browser], UUID]


def test_fifty_messages_use_few_connections_and_one_signature(
    service: PushService, sender: Sender, browser: Browser, tell: Callable[..., None]
) -> None:
    for _ in range(50):
        tell()
    sender.send_due(AT)
    assert len(service.arrived) == 50
    # Never more than the places one push service may take.
    assert service.connections <= SHARE
    assert len({message.headers["authorization"] for message in service.arrived}) == 1


def test_a_signature_is_good_for_its_push_service_and_renewed_before_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vapid = Vapid(tmp_path / "key.pem", "mailto:a@example.org")
    first = vapid.authorization("https://push.example/a")
    assert check_vapid(first, "https://push.example") == vapid.public_key()
    assert vapid.authorization("https://push.example/b") == first
    assert vapid.authorization("https://other.example/b") != first
    later = time.time() + LIVES_S - RENEW_S + 1
    monkeypatch.setattr(time, "time", lambda: later)
    renewed = vapid.authorization("https://push.example/a")
    assert renewed != first
    check_vapid(renewed, "https://push.example")


def test_the_key_is_kept_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = Vapid(tmp_path / "key.pem", "mailto:a@example.org").public_key()
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert Vapid(tmp_path / "key.pem", "mailto:a@example.org").public_key() == first


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://push.example/a?b", "https://push.example"),
        ("https://PUSH.example:443/a", "https://push.example"),
        ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080"),
    ],
)
def test_the_audience_is_the_origin(endpoint: str, origin: str) -> None:
    assert audience(endpoint) == origin


def test_strangers_cannot_make_it_keep_signatures_without_end(tmp_path: Path) -> None:
    vapid = Vapid(tmp_path / "key.pem", "mailto:a@example.org")
    for n in range(KEPT + 10):
        vapid.authorization(f"https://h{n}.example/")
    assert len(vapid._kept) <= KEPT


@pytest.fixture
def running(engine: sa.Engine, settings: Settings) -> Iterator[Sender]:
    sender = Sender(engine, settings)
    loop = threading.Thread(target=sender.run, args=(0.5,), daemon=True)
    loop.start()
    yield sender
    sender.close()
    loop.join(5)
    assert not loop.is_alive()


def test_a_commit_is_accepted_before_any_poll_would_look(
    engine: sa.Engine, service: PushService, running: Sender, keep: Keep
) -> None:
    keep(service.subscribe(running.vapid.public_key()))
    notice = Notice("가스", "확인하세요", "/", "gas", "emergency")
    waits = []
    for n in range(1, 21):
        with unit_of_work(engine) as session:
            enqueue(session, [MINJI.id], notice, at=clock.now())
        began = time.monotonic()
        while len(service.arrived) < n:
            assert time.monotonic() - began < 5
            time.sleep(0.001)
        waits.append(time.monotonic() - began)
    print(f"commit to push service: median {statistics.median(waits) * 1000:.1f} ms")
    assert statistics.median(waits) < 0.25


def test_what_is_on_its_way_is_written_down_before_the_sender_closes(
    engine: sa.Engine,
    service: PushService,
    sender: Sender,
    browser: Browser,
    tell: Callable[..., None],
) -> None:
    service.answers.append(Answer(201, after_s=0.4))
    tell()
    assert len(sender._start(AT)) == 1
    sender.close()
    with engine.connect() as connection:
        assert connection.scalars(sa.select(PushMessage.state)).all() == ["accepted"]


def test_how_sends_end_is_counted(
    service: PushService, sender: Sender, browser: Browser, tell: Callable[..., None]
) -> None:
    def counted(outcome: str) -> float:
        labels = {"outcome": outcome, "urgency": "status"}
        return REGISTRY.get_sample_value("madang_push_messages_total", labels) or 0

    before = counted("accepted"), counted("gone")
    tell()
    sender.send_due(AT)
    browser.gone = True
    tell()
    sender.send_due(AT)
    assert (counted("accepted"), counted("gone")) == (before[0] + 1, before[1] + 1)
    assert REGISTRY.get_sample_value("madang_push_in_flight") == 0
