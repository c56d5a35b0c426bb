"""Letters: none lost, none sent twice by two workers, and a double of a killed one is known."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

import app as application
from services import clock
from services.config import Settings
from services.db import reading_session, unit_of_work
from services.letters import KEPT, TRIES, LetterOut, enqueue, prune, send_due
from services.serving.background import Background, start_work
from tests import servers
from tests.conftest import AT
from tests.flows.processes import eventually
from tests.services.posting import send

MANY, KILLS = 12, 3


class Server:
    """A mail server that takes all, and does `meanwhile` before it says so."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.dates: list[datetime] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def handle_DATA(  # noqa: N802  named by the library
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        message = message_from_bytes(envelope.content)
        self.taken.append((envelope.rcpt_tos[0], message["Message-ID"]))
        self.dates.append(parsedate_to_datetime(message["Date"]))
        self.meanwhile()
        return "250 2.0.0 Taken"

    def to(self) -> Counter[str]:
        return Counter(address for address, _ in self.taken)


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    box, port = Server(), servers.free_port()
    control = Controller(box, hostname="127.0.0.1", port=port)
    control.start()
    yield box, f"smtp://127.0.0.1:{port}"
    control.stop()


def written(engine: sa.Engine, many: int = MANY, at: datetime = AT) -> set[str]:
    with unit_of_work(engine) as session:
        for number in range(many):
            enqueue(session, f"{number}@example.org", "Subject", "Text", at=at)
    return {f"{number}@example.org" for number in range(many)}


def left(engine: sa.Engine) -> list[LetterOut]:
    with reading_session(engine) as session:
        return list(session.scalars(sa.select(LetterOut)))


def test_a_slow_server_lets_no_lease_lapse(
    engine: sa.Engine, settings: Settings, server: tuple[Server, str]
) -> None:
    box, url = server
    slow = msgspec.structs.replace(settings, smtp_url=url)
    wanted, now = written(engine), [AT]

    def two_minutes_pass() -> None:
        """Meanwhile another worker looks for letters; the one under way is none for it."""
        now[0] += timedelta(minutes=2)
        if len(box.taken) == 6:
            with reading_session(engine) as session:
                free = LetterOut.due_at <= now[0]
                found = session.scalars(sa.select(LetterOut.to).where(free)).all()
            assert box.taken[-1][0] not in found

    box.meanwhile = two_minutes_pass
    assert send_due(engine, slow, lambda: now[0]) == MANY
    assert box.to() == Counter(wanted)
    assert left(engine) == []


def test_a_killed_worker_leaves_one_letter_in_doubt_that_is_known_again(
    engine: sa.Engine, settings: Settings, server: tuple[Server, str]
) -> None:
    box, url = server
    there = msgspec.structs.replace(settings, smtp_url=url)
    wanted = written(engine, at=clock.now())
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["services.letters"])
    for kill in range(KILLS):
        worker = forks.Process(target=send, args=(there, 0.5), daemon=True)
        until = len(box.taken) + 2
        # Killed when the server has the letter, and before it could say so.
        box.meanwhile = lambda w=worker, u=until: len(box.taken) == u and w.kill()  # type: ignore[misc]
        worker.start()
        worker.join(60)
        assert worker.exitcode == -9, kill
    box.meanwhile = lambda: None
    worker = forks.Process(target=send, args=(there, 30.0), daemon=True)
    worker.start()
    eventually(lambda: left(engine) == [], 60)
    worker.kill()
    worker.join(10)
    assert set(box.to()) == wanted
    twice = [address for address, count in box.to().items() if count > 1]
    assert len(box.taken) == MANY + KILLS
    names = {address: {name for to, name in box.taken if to == address} for address in twice}
    assert [len(found) for found in names.values()] == [1] * len(twice)
    assert len({name for _, name in box.taken}) == MANY


def test_a_stop_comes_between_two_letters(settings: Settings, server: tuple[Server, str]) -> None:
    box, url = server
    app = application.create_app(msgspec.structs.replace(settings, smtp_url=url))
    engine, background = app.extensions["engine"], Background()
    # The loops that services add are cut off with their process; a test ends without.
    app.extensions["background"] = []
    written(engine, at=clock.now())

    def the_process_is_to_end() -> None:
        if len(box.taken) == 3:
            background.stopping.set()

    box.meanwhile = the_process_is_to_end
    start_work(app, background)
    assert background.stopping.wait(60)
    background.stop()
    assert len(box.taken) == 3
    assert {(row.lease, row.tries) for row in left(engine)} == {(None, 0)}
    assert len(left(engine)) == MANY - 3
    engine.dispose()


def test_every_letter_carries_its_moment_and_its_name(
    engine: sa.Engine, settings: Settings, server: tuple[Server, str]
) -> None:
    box, url = server
    written(engine, 1)
    (row,) = left(engine)
    before = clock.now() - timedelta(seconds=2)
    send_due(engine, msgspec.structs.replace(settings, smtp_url=url), lambda: AT)
    assert box.taken == [("0@example.org", f"<{row.id.hex}@example.org>")]
    assert box.dates[0] >= before


def test_one_that_is_never_taken_is_emptied_and_forgotten_after_a_month(
    engine: sa.Engine, settings: Settings
) -> None:
    away = msgspec.structs.replace(settings, smtp_url=f"smtp://127.0.0.1:{servers.free_port()}")
    written(engine, 1)
    at = AT
    for _ in range(TRIES + 1):
        assert send_due(engine, away, lambda moment=at: moment) == 0
        at += timedelta(days=1)
    (row,) = left(engine)
    assert (row.to, row.subject, row.text, row.tries, row.due_at) == ("", "", "", TRIES, None)
    assert row.given_up_at is not None
    for later, rows in ((KEPT - timedelta(hours=1), 1), (KEPT + timedelta(hours=1), 0)):
        with unit_of_work(engine) as session:
            prune(session, row.given_up_at + later)
        assert len(left(engine)) == rows


def test_one_that_kills_its_worker_each_time_is_given_up(
    engine: sa.Engine, settings: Settings
) -> None:
    written(engine, 1)
    with unit_of_work(engine) as session:
        # As its last worker left it: claimed, and nothing noted.
        session.execute(sa.update(LetterOut).values(tries=TRIES, lease="gone"))
    assert send_due(engine, settings, lambda: AT) == 0
    (row,) = left(engine)
    assert (row.to, row.due_at) == ("", None)
