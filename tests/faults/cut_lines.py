"""Lines to the product that are cut at any point of a submission."""

import random
import select
import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

WAIT_S = 30.0
RESET = struct.pack("ii", 1, 0)


class Line:
    """One connection to the product, which can be cut at any point."""

    def __init__(self, netloc: str) -> None:
        host, port = netloc.split(":")
        self._socket = socket.create_connection((host, int(port)), WAIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(self, data: bytes) -> None:
        self._socket.sendall(data)

    def heard(self, most: int = 1 << 20) -> bytes:
        """Return what comes back, up to `most` bytes or to the end."""
        parts, size = [], 0
        while size < most and (part := self._socket.recv(min(65_536, most - size))):
            parts.append(part)
            size += len(part)
        return b"".join(parts)

    def answered(self, seconds: float = WAIT_S) -> bool:
        """Wait until the first byte of the answer is here, unread, or the other side is gone."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def cut(self, *, hard: bool) -> None:
        """End the connection: `hard` as a dead radio does, with a reset."""
        if hard:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._socket.close()


class Request(NamedTuple):
    head: bytes
    body: bytes


Cut = Callable[[Line, Request, random.Random], None]


def _share(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(1, len(data))]


def in_head(line: Line, asked: Request, chance: random.Random) -> None:
    line.say(_share(asked.head, chance))


def before_body(line: Line, asked: Request, _chance: random.Random) -> None:
    line.say(asked.head)


def in_body(line: Line, asked: Request, chance: random.Random) -> None:
    line.say(asked.head + _share(asked.body, chance))


def last_byte(line: Line, asked: Request, _chance: random.Random) -> None:
    line.say(asked.head + asked.body[:-1])


def after_commit(line: Line, asked: Request, _chance: random.Random) -> None:
    """The answer is on its way: what it tells of is committed, and nobody reads it."""
    line.say(asked.head + asked.body)
    line.answered()


def in_answer(line: Line, asked: Request, chance: random.Random) -> None:
    line.say(asked.head + asked.body)
    line.heard(chance.randrange(1, 120))


CUTS: dict[str, Cut] = {
    "before a byte is sent": lambda _line, _asked, _chance: None,
    "in the head": in_head,
    "between head and body": before_body,
    "in the body": in_body,
    "before the last byte": last_byte,
    "when the answer begins": after_commit,
    "in the answer": in_answer,
}


# Cut while the product stands still there, so that the line is surely gone when it goes on.
HOLDS = {
    "before the commit": "before",
    "inside the commit": "inside",
    "after the commit": "after",
}
WHERE = (*CUTS, *HOLDS)
