"""A client of bare sockets: it says what no polite library would say, and sees every byte."""

import base64
import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.realtime.frames import CLOSE, TEXT, frame

MASK = b"\x01\x02\x03\x04"
TARGET = "/socket.io/?EIO=4&transport=websocket"


def masked(opcode: int, payload: bytes, *, final: bool = True, bits: int = 0) -> bytes:
    """Return a masked frame as a browser sends it."""
    plain = frame(opcode, payload)
    header = len(plain) - len(payload)
    head = bytearray(plain[:header])
    head[0] = (0x80 if final else 0) | bits | opcode
    head[1] |= 0x80
    pad = (MASK * (len(payload) // 4 + 1))[: len(payload)]
    hidden = int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")
    return bytes(head) + MASK + hidden.to_bytes(len(payload), "big")


def text(message: str) -> bytes:
    return masked(TEXT, message.encode())


class Line:
    """One connection after its handshake; `read` gives frames, `close_code` how it ended."""

    def __init__(self, sock: socket.socket, left: bytes) -> None:
        self.sock = sock
        self.buffer = bytearray(left)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self) -> tuple[int, bytes] | None:
        """Return the next (opcode, payload), None at the end of the stream."""
        while (found := self._frame()) is None:
            data = self._received()
            if not data:
                return None
            self.buffer += data
        return found

    def _received(self) -> bytes:
        try:
            return self.sock.recv(65_536)
        except ConnectionError:
            return b""

    def _frame(self) -> tuple[int, bytes] | None:
        if len(self.buffer) < 2:
            return None
        size, start = self.buffer[1], 2
        assert not size & 0x80, "a server masks nothing"
        assert not self.buffer[0] & 0x70, "no extension was agreed"
        if size >= 126:
            form, start = ("!H", 4) if size == 126 else ("!Q", 10)
            if len(self.buffer) < start:
                return None
            size = struct.unpack_from(form, self.buffer, 2)[0]
        assert size < 1 << 24, "nonsense: the stream is out of step"
        if len(self.buffer) < start + size:
            return None
        found = self.buffer[0] & 15, bytes(self.buffer[start : start + size])
        del self.buffer[: start + size]
        return found

    def events(self) -> Iterator[Any]:
        """Yield what Socket.IO events carry, answering pings, until the stream ends."""
        while (found := self.read()) is not None:
            opcode, payload = found
            if opcode == TEXT and payload == b"2":
                self.send(text("3"))
            elif opcode == TEXT and payload[:2] == b"42":
                yield json.loads(payload[2:])[1]

    def close_code(self) -> int | None:
        """Read to the end; return the code of the close frame, None if there was none."""
        code = None
        while (found := self.read()) is not None:
            if found[0] == CLOSE:
                code = struct.unpack("!H", found[1][:2])[0]
        return code


def asking(host: str = "127.0.0.1", **headers: str) -> bytes:
    """Return the request for a websocket; an empty header is left out."""
    key = base64.b64encode(os.urandom(16)).decode()
    asked = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items() if value)
    return f"GET {TARGET} HTTP/1.1\r\n{lines}\r\n".encode()


def shake(sock: socket.socket, host: str = "127.0.0.1", **headers: str) -> tuple[int, bytes]:
    """Ask for a websocket; return (status, what came after the answer's head)."""
    sock.sendall(asking(host, **headers))
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(4096)
        if not more:
            break
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


@contextmanager
def line(port: int, *, receive_buffer: int = 0) -> Iterator[Line]:
    """Yield a connection that has joined the namespace."""
    with socket.socket() as sock:
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(15)
        sock.connect(("127.0.0.1", port))
        status, rest = shake(sock)
        assert status == 101
        opened = Line(sock, rest)
        greeting = opened.read()
        assert greeting is not None
        assert greeting[1].startswith(b"0{")
        opened.send(text("40"))
        joined = opened.read()
        assert joined is not None
        assert joined[1].startswith(b"40{")
        yield opened
