"""A broadcast to thousands does not hold up who asks for a page meanwhile, nor itself."""

import socket
from types import SimpleNamespace
from typing import Any

import gevent
import gevent.socket
import socketio

from services.realtime.fanout import YIELD_EVERY, Rooms

MANY = YIELD_EVERY * 40


class Told:
    """The connections of a crowd, which count what is written to them."""

    def __init__(self) -> None:
        self.count = 0
        queue = SimpleNamespace(empty=lambda: True)
        self.one = SimpleNamespace(fast=self, upgrading=False, closed=False, queue=queue)

    def get(self, _sid: str) -> Any:
        return self.one

    def write_now(self, _data: bytes) -> bool:
        self.count += 1
        return True


def crowd() -> tuple[Rooms, Told]:
    rooms, told = Rooms(), Told()
    server = socketio.Server(client_manager=rooms, async_mode="threading")
    server.eio.sockets = told
    for number in range(MANY):
        rooms.basic_enter_room(f"s{number}", "/", None, f"e{number}")
    return rooms, told


def test_what_is_ready_is_served_after_one_part_of_the_crowd() -> None:
    rooms, told = crowd()
    asking, asked = socket.socketpair()
    seen = []

    def serve() -> None:
        gevent.socket.wait_read(asked.fileno())
        seen.append(told.count)

    with asking, asked:
        waiting = gevent.spawn(serve)
        gevent.sleep(0)
        asking.send(b"GET /")
        rooms.deliver("ev", {"n": 1}, "/")
        waiting.join()
    assert told.count == MANY
    assert seen[0] <= 2 * YIELD_EVERY
