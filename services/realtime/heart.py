"""Two loops ping all connections and miss who does not answer.

The library keeps a sleeping greenlet for each connection and looks at every one in turn all day
long; with ten thousand of them that is memory and work for nothing.
"""

import logging
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
from engineio import packet
from engineio.socket import Socket

log = logging.getLogger(__name__)
# Those whose time comes within a moment are seen to together.
TOGETHER_S = 0.05


class Later:
    """Does one thing with each connection, the same time after it was added.

    The time being the same, a queue keeps the order. A connection that ended is not held here.
    """

    def __init__(self, after_s: float, act: Callable[[Socket], None]) -> None:
        self._after_s, self._act = after_s, act
        self._due: deque[tuple[float, weakref.ref[Socket]]] = deque()
        self._running = False

    def add(self, connection: Socket) -> None:
        self._due.append((time.monotonic() + self._after_s, weakref.ref(connection)))
        if not self._running:
            self._running = True
            gevent.spawn(self._run)

    def _run(self) -> None:
        while self._due:
            at, found = self._due.popleft()
            if (left := at - time.monotonic()) > 0:
                gevent.sleep(max(left, TOGETHER_S))
            self._do(found())
        self._running = False

    def _do(self, connection: Socket | None) -> None:
        if connection is None or connection.closing or connection.closed:
            return
        try:
            self._act(connection)
        except Exception as error:
            log.warning("a connection could not be pinged: %s", type(error).__name__)


class Heart:
    """Stands in for the server's `start_background_task` and keeps the pings to itself."""

    def __init__(self, server: Any) -> None:
        self._start: Callable[..., object] = server.start_background_task
        self._pings = Later(server.ping_interval, self._ping)
        self._answers = Later(server.ping_timeout + TOGETHER_S, Socket.check_ping_timeout)

    def start_background_task(
        self, target: Callable[..., object], *args: object, **kwargs: object
    ) -> object:
        """Do as the library does, unless `target` is a connection's ping."""
        if getattr(target, "__func__", None) is not Socket._send_ping:
            return self._start(target, *args, **kwargs)
        self._pings.add(getattr(target, "__self__", None))
        return None

    def _ping(self, connection: Socket) -> None:
        # Through the queue: a connection's writer takes long silence for its end.
        connection.send(packet.Packet(packet.PING))
        connection.last_ping = time.time()
        self._answers.add(connection)


def share_pings(server: Any) -> None:
    """Let two loops ping all connections of an Engine.IO server, in the place of its own ways."""
    server.start_background_task = Heart(server).start_background_task
    server.start_service_task = False
