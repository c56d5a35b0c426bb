"""The websocket transport of the socket server under gevent's own WSGI server.

It refuses an oversize frame from its header, never interleaves two writes, copes with partial
sends, bounds what waits for a slow reader and what a fast writer may ask, offers no compression,
and lets a broadcast be framed once (docs/adr/0002-own-websocket-transport.md).
"""

import base64
import binascii
import hashlib
import logging
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent

from services.realtime.frames import BINARY, CLOSE, PING, PONG, TEXT, ProtocolError, Reader, frame
from services.realtime.heart import share_pings
from services.realtime.memory import connections

log = logging.getLogger(__name__)
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CHUNK = 16_384
# Frames of a broadcast are one object for all who wait; the limit is on each line, not a sum.
LAG_BYTES = 262_144
SEND_BUFFER = 65_536
# What a page may send: a burst when it comes back with all its rooms, then a trickle.
BURST_FRAMES = 240
FRAMES_PER_S = 20.0
LINGER_S = 1.0
LINGER_READS = 64
GOING_AWAY, NOT_SPOKEN, TOO_MUCH, TRY_LATER = 1001, 1003, 1008, 1013
# Engine.IO packet types a page may send. Binary ones (a frame, or text with "b") are refused:
# nothing here wants them, and the layers above would gather attachments without a limit.
SPOKEN = frozenset(b"123456")
PONG_PACKET = b"3"


class WebSocket:
    """One connection; the socket server calls it as a WSGI application."""

    __slots__ = (
        "_allowance",
        "_counted",
        "_counted_at",
        "_flushing",
        "_send",
        "_waiting",
        "connection",
        "handler",
        "lag",
        "open",
        "reader",
        "sock",
    )

    def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
        self.handler = handler
        self.reader = Reader(server.max_http_buffer_size)
        self.lag = 0
        self.open = False
        self.connection = getattr(handler, "__self__", None)
        self._waiting: deque[bytes] = deque()
        self._flushing = False
        self._allowance = float(BURST_FRAMES)
        self._counted, self._counted_at = 0, time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        key = str(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13" or not _is_key(key):
            self._forget()
            start_response("426 Upgrade Required", [("Sec-WebSocket-Version", "13")])
            return [b""]
        self.sock = _socket_of(environ)
        connections.came()
        try:
            self._take_over(self.sock, key)
            answer = self.handler(self)
        except Exception as error:
            # What a peer provokes in the layers above ends its own connection and nothing else.
            log.warning("a connection ended by %s", type(error).__name__)
            self._forget()
            answer = []
        finally:
            connections.left()
            self.close(GOING_AWAY)
            if self.connection is not None:
                self.connection.fast = None
        self.sock.close()
        return answer

    def _forget(self) -> None:
        """Let the socket server drop the connection, and all it keeps of it."""
        if self.connection is not None:
            self.connection.close(wait=False, abort=True)

    def _take_over(self, sock: Any, key: str) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A fixed buffer: the kernel would else grow it to megabytes for each reader that sleeps.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._send = getattr(sock, "_sock", sock).send
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())  # noqa: S324  RFC 6455
        sock.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.open = True
        if self.connection is not None:
            self.connection.fast = self

    def write_now(self, data: bytes) -> bool:
        """Write a frame in order, without waiting; False if the connection is at its end.

        What the kernel does not take waits here. A reader that falls LAG_BYTES behind is put
        out: it comes back, and asks by its cursor for what it missed.
        """
        if not self.open:
            return False
        if not self._flushing:
            try:
                sent = self._send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._cut()
                return False
            if sent == len(data):
                return True
            data = data[sent:]
        if self.lag + len(data) > LAG_BYTES:
            self.close(TRY_LATER)
            return False
        self._waiting.append(data)
        self.lag += len(data)
        if not self._flushing:
            self._flushing = True
            gevent.spawn(self._flush)
        return True

    def _flush(self) -> None:
        try:
            while self._waiting:
                data = self._waiting.popleft()
                self.sock.sendall(data)
                self.lag -= len(data)
        except OSError:
            self._cut()
        finally:
            self._waiting.clear()
            self.lag = 0
            self._flushing = False

    def send(self, message: str | bytes) -> None:
        """Send one message; raises OSError when the connection is gone."""
        binary = isinstance(message, bytes)
        payload = message if isinstance(message, bytes) else message.encode()
        if not self.write_now(frame(BINARY if binary else TEXT, payload)):
            raise OSError("closed")

    def wait(self) -> str | None:
        """Return the next message, or None at the end of the connection."""
        while self.open:
            try:
                message = self.reader.take()
            except ProtocolError as error:
                self.close(error.code)
                break
            if not self._allowed():
                self.close(TOO_MUCH)
            elif message is None:
                self._read()
            elif message[0] != TEXT:
                self._control(*message)
            elif message[1] == PONG_PACKET and self.connection is not None:
                # What the layer above does with it, without the way there.
                self.connection.schedule_ping()
            elif message[1][:1] and message[1][0] in SPOKEN:
                return message[1].decode()
            else:
                self.close(NOT_SPOKEN)
        self._see_off()
        return None

    def _allowed(self) -> bool:
        """Say whether the peer keeps within its frames for the time."""
        if self.reader.frames != self._counted:
            now = time.monotonic()
            earned = self._allowance + (now - self._counted_at) * FRAMES_PER_S
            self._allowance = min(float(BURST_FRAMES), earned)
            self._allowance -= self.reader.frames - self._counted
            self._counted, self._counted_at = self.reader.frames, now
        return self._allowance >= 0

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self.write_now(frame(PONG, payload))
        elif opcode == CLOSE:
            self.close(struct.unpack("!H", payload[:2])[0] if payload else 1000)
        elif opcode == BINARY:
            self.close(NOT_SPOKEN)

    def _read(self) -> None:
        try:
            data = self.sock.recv(CHUNK)
        except OSError:
            data = b""
        if data:
            self.reader.feed(data)
        else:
            self._cut()

    def close(self, code: int = 1000) -> None:
        """Say why, if the line is free, and say no more; the peer has a moment to hang up."""
        if not self.open:
            return
        self.open = False
        if self._flushing:
            self._cut()
            return
        try:
            self._send(frame(CLOSE, struct.pack("!H", code)))
            self.sock.shutdown(socket.SHUT_WR)
            gevent.spawn_later(LINGER_S, self._cut)
        except OSError:
            self._cut()

    def _see_off(self) -> None:
        """Throw away what still comes, for a moment: unread bytes would cost our last words."""
        for _ in range(LINGER_READS):
            try:
                if not self.sock.recv(CHUNK):
                    return
            except OSError:
                return
            # A real pause: a peer that keeps sending may not hold the others up.
            gevent.sleep(LINGER_S / LINGER_READS)

    def _cut(self) -> None:
        self.open = False
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _is_key(key: str) -> bool:
    try:
        return len(key) == 24 and len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        return False


def _socket_of(environ: dict[str, Any]) -> Any:
    source = environ["wsgi.input"]
    source = source if hasattr(source, "raw") else source.rfile
    return source.raw._sock


def use(server: Any) -> None:
    """Let a socket server speak through this transport."""
    server.eio._async = dict(server.eio._async, websocket=WebSocket)
    server.eio.on("connect", _only_upgrades(server.eio.handlers["connect"]))
    share_pings(server.eio)


def _only_upgrades(take: Callable[[str, dict[str, Any]], Any]) -> Callable[..., Any]:
    """Refuse who names the protocol and asks for no upgrade: that line would be kept for ever."""

    def connect(sid: str, environ: dict[str, Any]) -> Any:
        asked = str(environ.get("HTTP_CONNECTION", "")).lower().split(",")
        return take(sid, environ) if "upgrade" in map(str.strip, asked) else False

    return connect
