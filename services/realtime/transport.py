"""The websocket transport of the socket server under gevent (pywsgi, or gunicorn's gevent worker).

It refuses an oversize frame from its header, never interleaves two writes, copes with partial
sends, offers no compression, and lets a broadcast be framed once (docs/adr).
"""

import base64
import hashlib
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent

from services.realtime.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    ProtocolError,
    Reader,
    frame,
)

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CHUNK = 16_384
LAG_BYTES = 1_000_000


class WebSocket:
    """One connection; the socket server calls it as a WSGI application."""

    def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
        self.handler = handler
        self.reader = Reader(server.max_http_buffer_size)
        self.ready: deque[tuple[int, bytes]] = deque()
        self.waiting: deque[bytes] = deque()
        self.lag = 0
        self.flushing = False
        self.open = False
        self.connection = getattr(handler, "__self__", None)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        key = str(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13" or len(key) != 24:
            start_response("426 Upgrade Required", [("Sec-WebSocket-Version", "13")])
            return [b""]
        gunicorn = "gunicorn.socket" in environ
        self._take_over(environ["gunicorn.socket"] if gunicorn else _pywsgi_socket(environ), key)
        try:
            answer = self.handler(self)
        finally:
            self.open = False
            if self.connection is not None:
                self.connection.fast = None
        if gunicorn:
            # The worker's own way to end a connection without writing an answer on it.
            raise StopIteration
        self.sock.close()
        return answer

    def _take_over(self, sock: Any, key: str) -> None:
        self.sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._try = getattr(sock, "_sock", sock).send
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())  # noqa: S324  RFC 6455
        sock.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.open = True
        if self.connection is not None:
            self.connection.fast = self

    def write_now(self, data: bytes) -> bool:
        """Write a frame in order; False if the reader is so slow that it must come back later."""
        if not self.open:
            return False
        if not self.flushing:
            try:
                sent = self._try(data)
            except BlockingIOError:
                sent = 0
            if sent == len(data):
                return True
            data = data[sent:]
        if self.lag + len(data) > LAG_BYTES:
            self.close(1013)
            return False
        self.waiting.append(data)
        self.lag += len(data)
        if not self.flushing:
            self.flushing = True
            gevent.spawn(self._flush)
        return True

    def _flush(self) -> None:
        try:
            while self.waiting:
                data = self.waiting.popleft()
                self.sock.sendall(data)
                self.lag -= len(data)
        except OSError:
            self.waiting.clear()
            self.open = False
        finally:
            self.flushing = False

    def send(self, message: str | bytes) -> None:
        """Send one message; raises OSError when the connection is gone."""
        binary = isinstance(message, bytes)
        payload = message if isinstance(message, bytes) else message.encode()
        if not self.write_now(frame(BINARY if binary else TEXT, payload)):
            raise OSError("closed")

    def wait(self) -> str | bytes | None:
        """Return the next message, or None at the end of the connection."""
        while self.open:
            try:
                if not self.ready:
                    self._read()
                    continue
            except ProtocolError as error:
                self.close(error.code)
                return None
            except OSError:
                self.open = False
                return None
            opcode, payload = self.ready.popleft()
            if opcode in (TEXT, BINARY):
                return payload.decode() if opcode == TEXT else payload
            if opcode == CLOSE:
                self.close(1000)
            elif opcode == PING:
                self.write_now(frame(PONG, payload))
        return None

    def _read(self) -> None:
        data = self.sock.recv(CHUNK)
        if not data:
            raise OSError("closed")
        self.ready.extend(self.reader.feed(data))

    def close(self, code: int = 1000) -> None:
        """Say why, if the line is free, and end the connection."""
        if not self.open:
            return
        self.open = False
        try:
            if not self.flushing:
                self._try(frame(CLOSE, struct.pack("!H", code)))
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _pywsgi_socket(environ: dict[str, Any]) -> Any:
    source = environ["wsgi.input"]
    source = source if hasattr(source, "raw") else source.rfile
    return source.raw._sock


def use(server: Any) -> None:
    """Let a socket server speak through this transport."""
    server.eio._async = dict(server.eio._async, websocket=WebSocket)
