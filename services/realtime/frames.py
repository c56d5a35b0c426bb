"""RFC 6455 frames for the server's side: pure, no sockets."""

import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
SENDABLE = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})


class ProtocolError(Exception):
    """The peer broke the protocol; `code` is the close code of section 7.4.1."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def frame(opcode: int, payload: bytes) -> bytes:
    """Return one final, unmasked frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65_536:
        return bytes((0x80 | opcode, 126)) + struct.pack("!H", size) + payload
    return bytes((0x80 | opcode, 127)) + struct.pack("!Q", size) + payload


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """Return the payload XORed with its four-byte mask, as one big-integer operation."""
    size = len(payload)
    if not size:
        return b""
    pad = (mask * (size // 4 + 1))[:size]
    joined = int.from_bytes(payload, "little") ^ int.from_bytes(pad, "little")
    return joined.to_bytes(size, "little")


class Reader:
    """Takes bytes as they come and gives whole messages: (opcode, payload).

    A message above `limit` bytes is refused from its header, before any of it is kept.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.buffer = bytearray()
        self.parts: list[bytes] = []
        self.kind = 0

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the messages that `data` completes; raises ProtocolError."""
        self.buffer += data
        found = []
        while (one := self._frame()) is not None:
            message = self._assembled(*one)
            if message is not None:
                found.append(message)
        return found

    def _frame(self) -> tuple[bool, int, bytes] | None:
        head = self._head()
        if head is None:
            return None
        start, size = head
        if len(self.buffer) < start + size:
            return None
        first = self.buffer[0]
        mask = bytes(self.buffer[start - 4 : start])
        payload = unmasked(bytes(self.buffer[start : start + size]), mask)
        del self.buffer[: start + size]
        return bool(first & 0x80), first & 15, payload

    def _head(self) -> tuple[int, int] | None:
        """Return (where the payload starts, its size), checked before the payload is there."""
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        final, opcode, size = buffer[0] & 0x80, buffer[0] & 15, buffer[1] & 127
        if buffer[0] & 0x70 or not buffer[1] & 0x80 or opcode in (3, 4, 5, 6, 7) or opcode > PONG:
            raise ProtocolError(1002)
        if opcode >= CLOSE and (size > 125 or not final):
            raise ProtocolError(1002)
        start = 2 + {126: 2, 127: 8}.get(size, 0)
        if len(buffer) < start:
            return None
        if size >= 126:
            least, form = (126, "!H") if size == 126 else (65_536, "!Q")
            size = struct.unpack_from(form, buffer, 2)[0]
            if size < least or size >> 63:
                raise ProtocolError(1002)
        if opcode < CLOSE and sum(map(len, self.parts)) + size > self.limit:
            raise ProtocolError(1009)
        return (start + 4, size) if len(buffer) >= start + 4 else None

    def _assembled(self, final: bool, opcode: int, payload: bytes) -> tuple[int, bytes] | None:
        if opcode >= CLOSE:
            return opcode, _checked_close(payload) if opcode == CLOSE else payload
        if (opcode == CONTINUATION) != bool(self.kind):
            raise ProtocolError(1002)
        self.kind = self.kind or opcode
        self.parts.append(payload)
        if not final:
            return None
        whole, kind = b"".join(self.parts), self.kind
        self.parts, self.kind = [], 0
        if kind == TEXT:
            _decoded(whole)
        return kind, whole


def _checked_close(payload: bytes) -> bytes:
    if len(payload) == 1:
        raise ProtocolError(1002)
    if payload:
        code = struct.unpack("!H", payload[:2])[0]
        if code not in SENDABLE and not 3000 <= code < 5000:
            raise ProtocolError(1002)
        _decoded(payload[2:])
    return payload


def _decoded(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(1007) from error
