"""Senders are killed in the middle of whatever they do: every notice arrives, few arrive twice."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from services import clock
from services.config import Settings
from services.db import reading_session, unit_of_work
from services.push import Notice, PushMessage, Sender, enqueue
from services.push.sender import SHARE
from tests.people import MINJI
from tests.pushservice import Answer, Browser, PushService
from tests.services.push.dying import send

NOTICES = 144
KILLS = 12


class Weather:
    """One answer in twenty is 429, one is 503: a day like any other."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def __bool__(self) -> bool:
        return self.chance.random() < 0.1

    def popleft(self) -> Answer:
        return self.chance.choice([Answer(429, {"Retry-After": "0"}), Answer(503)])


def states(engine: sa.Engine) -> Counter[str]:
    with reading_session(engine) as session:
        return Counter(session.scalars(sa.select(PushMessage.state)))


def test_no_notice_is_lost(
    engine: sa.Engine,
    settings: Settings,
    service: PushService,
    sender: Sender,
    keep: Callable[[Browser], UUID],
) -> None:
    keep(service.subscribe(sender.vapid.public_key()))
    service.answers = Weather(7)  # type: ignore[assignment]
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["services.push"])
    chance = random.Random(8)
    for n in range(KILLS):
        with unit_of_work(engine) as session:
            for m in range(NOTICES // KILLS):
                notice = Notice("가스", f"{n} {m}", "/", f"case-{n}-{m}", "emergency")
                enqueue(session, [MINJI.id], notice, at=clock.now())
        worker = forks.Process(target=send, args=(settings, 0.4), daemon=True)
        worker.start()
        time.sleep(chance.uniform(0.05, 0.35))
        worker.kill()
        worker.join(5)
    worker = forks.Process(target=send, args=(settings, 0.4), daemon=True)
    worker.start()
    end = time.monotonic() + 90
    while states(engine) != Counter(accepted=NOTICES):
        assert time.monotonic() < end, (states(engine), service.refusals)
        time.sleep(0.1)
    worker.kill()
    worker.join(5)
    arrived = Counter(message.plain["id"] for message in service.arrived)
    twice = sum(arrived.values()) - len(arrived)
    print(f"{KILLS} kills, {len(arrived)} notices, {twice} sent twice")
    assert len(arrived) == NOTICES
    # What is in flight when the process dies may be told again; the browser knows it by its id.
    assert twice <= KILLS * SHARE
