"""Every connection is pinged in time by one loop, and one that ended is not held for it."""

import gc
import time
import weakref

import engineio
import gevent
import pytest
from engineio import packet
from engineio.socket import Socket

from services.realtime.heart import share_pings
from tests.services.realtime.conftest import running
from tests.services.realtime.wire import line, text

INTERVAL_S = 0.2


@pytest.fixture
def server() -> engineio.Server:
    made = engineio.Server(
        async_mode="gevent", ping_interval=INTERVAL_S, ping_timeout=INTERVAL_S * 2
    )
    share_pings(made)
    return made


def pinged(connection: Socket) -> int:
    """Take what waits to be sent; return how many pings it was."""
    kinds = []
    while not connection.queue.empty():
        waiting = connection.queue.get_nowait()
        kinds.append(waiting.packet_type if waiting else None)
    return kinds.count(packet.PING)


def test_each_is_pinged_once_until_it_answers(server: engineio.Server) -> None:
    several = [Socket(server, str(number)) for number in range(5)]
    for connection in several:
        connection.schedule_ping()
        connection.schedule_ping()
    gevent.sleep(INTERVAL_S * 1.5)
    assert [pinged(connection) for connection in several] == [1] * 5
    several[0].receive(packet.Packet(packet.PONG))
    gevent.sleep(INTERVAL_S * 1.5)
    assert [pinged(connection) for connection in several] == [1, 0, 0, 0, 0]


def test_one_that_does_not_answer_is_closed_and_one_that_does_is_not(
    server: engineio.Server,
) -> None:
    dead, alive = Socket(server, "dead"), Socket(server, "alive")
    dead.schedule_ping()
    alive.schedule_ping()
    gevent.sleep(INTERVAL_S * 1.5)
    alive.receive(packet.Packet(packet.PONG))
    gevent.sleep(INTERVAL_S * 3)
    assert dead.closed
    assert not alive.closed


def test_one_that_ended_is_neither_pinged_nor_held(server: engineio.Server) -> None:
    closed, gone = Socket(server, "closed"), Socket(server, "gone")
    closed.schedule_ping()
    gone.schedule_ping()
    closed.close(wait=False, abort=True)
    trace = weakref.ref(gone)
    del gone
    gc.collect()
    assert trace() is None
    gevent.sleep(INTERVAL_S * 3)
    assert pinged(closed) == 0


def test_other_work_is_started_as_before(server: engineio.Server) -> None:
    done: list[int] = []
    server.start_background_task(done.append, 1)
    gevent.sleep(0.01)
    assert done == [1]


def test_who_answers_stays_and_who_is_silent_is_put_out() -> None:
    with running("-", "0.5") as kit, line(kit.port) as answering, line(kit.port) as silent:
        began, pings = time.monotonic(), 0
        while time.monotonic() - began < 2.5:
            found = answering.read()
            assert found is not None, "put out though it answered"
            if found[1] == b"2":
                pings += 1
                answering.send(text("3"))
        assert pings >= 4
        assert silent.close_code() == 1000
