"""Broadcasts framed once and written straight to each idle socket, alone or across workers."""

from typing import Any

import gevent
from engineio import packet as eio_packet
from socketio import Manager, RedisManager, packet

from services.realtime.frames import TEXT, frame

YIELD_EVERY = 256
# A timer, not sleep(0): only a timer lets the loop look at its sockets in between.
YIELD_S = 0.0002


class FramedOnce:
    """Mixed into a client manager: an emit without callback costs one encoding and one frame."""

    def emit(self, event: str, data: Any, namespace: str, **kw: Any) -> None:
        room = kw.get("to") or kw.get("room")
        if kw.get("callback") is not None:
            Manager.emit(self, event, data, namespace, **kw)
            return
        self._deliver(event, data, namespace, room, kw.get("skip_sid"))

    def _deliver(self, event: str, data: Any, namespace: str, room: Any, skip: Any) -> None:
        manager: Any = self
        if namespace not in manager.rooms:
            return
        args = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        server = manager.server
        coded = server.packet_class(packet.EVENT, namespace=namespace, data=[event, *args])
        message = eio_packet.Packet(eio_packet.MESSAGE, coded.encode())
        framed = frame(TEXT, message.encode().encode())
        left_out = set(skip) if isinstance(skip, list) else {skip}
        found = list(manager.get_participants(namespace, room))
        for number, (sid, eio_sid) in enumerate(found, 1):
            if number % YIELD_EVERY == 0:
                gevent.sleep(YIELD_S)
            if sid not in left_out:
                _write(server, eio_sid, message, framed)


def _write(server: Any, eio_sid: str, message: Any, framed: bytes) -> None:
    connection = server.eio.sockets.get(eio_sid)
    if connection is None or connection.closed:
        return
    fast = getattr(connection, "fast", None)
    if fast is None or connection.upgrading or not connection.queue.empty():
        server._send_eio_packet(eio_sid, message)
        return
    try:
        fast.write_now(framed)
    except OSError:
        # The reading side of that connection sees the end too, and tidies up.
        return


class OneProcess(FramedOnce, Manager):
    """For one process."""


class ManyProcesses(RedisManager):
    """For several: what Redis brings, this process's own emits included, is framed once here."""

    def _handle_emit(self, message: dict[str, Any]) -> None:
        if message.get("callback") or message.get("binary"):
            super()._handle_emit(message)
            return
        data = message["data"]
        FramedOnce._deliver(
            self,
            message["event"],
            tuple(data) if isinstance(data, list) else data,
            message.get("namespace") or "/",
            message.get("room"),
            message.get("skip_sid"),
        )


def managed(redis_url: str | None) -> Manager:
    """Return the client manager for a process: over Redis where there are several."""
    return ManyProcesses(redis_url) if redis_url else OneProcess()
