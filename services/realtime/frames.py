"""RFC 6455 frames for the server's side: pure, no sockets."""

import codecs
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
SENDABLE = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})
UTF8 = codecs.getincrementaldecoder("utf-8")


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
    """Takes bytes as they come and gives whole messages.

    A message above `limit` bytes is refused from its header, before any of it is kept. Parts of
    a message are joined as they arrive, so a million empty parts cost nothing. After a close
    frame or an error nothing more is read. `frames` counts what was parsed, for a rate limit.
    """

    __slots__ = ("_buffer", "_ended", "_kind", "_message", "_text", "frames", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.frames = 0
        self._buffer = bytearray()
        self._message = bytearray()
        self._kind = 0
        self._text: codecs.IncrementalDecoder | None = None
        self._ended = False

    @property
    def held(self) -> int:
        """How many bytes are kept for messages that are not whole yet."""
        return len(self._buffer) + len(self._message)

    def feed(self, data: bytes) -> None:
        """Keep what arrived; `take` gives it out again in messages."""
        if not self._ended:
            self._buffer += data

    def take(self) -> tuple[int, bytes] | None:
        """Return the next (opcode, payload), None until more is fed; raises ProtocolError."""
        try:
            while (one := self._frame()) is not None:
                message = self._assembled(*one)
                if message is not None:
                    return message
        except ProtocolError:
            self._end()
            raise
        return None

    def _end(self) -> None:
        self._ended = True
        self._buffer, self._message = bytearray(), bytearray()

    def _frame(self) -> tuple[bool, int, bytes] | None:
        head = self._head()
        if head is None:
            return None
        start, size = head
        if len(self._buffer) < start + size:
            return None
        first = self._buffer[0]
        mask = bytes(self._buffer[start - 4 : start])
        payload = unmasked(bytes(self._buffer[start : start + size]), mask)
        del self._buffer[: start + size]
        self.frames += 1
        return bool(first & 0x80), first & 15, payload

    def _head(self) -> tuple[int, int] | None:
        """Return (where the payload starts, its size), checked before the payload is there."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        self._check_bits(buffer[0], buffer[1])
        opcode, size = buffer[0] & 15, buffer[1] & 127
        start = 2 + {126: 2, 127: 8}.get(size, 0)
        if len(buffer) < start:
            return None
        if size >= 126:
            least, form = (126, "!H") if size == 126 else (65_536, "!Q")
            size = struct.unpack_from(form, buffer, 2)[0]
            if size < least or size >> 63:
                raise ProtocolError(1002)
        if opcode < CLOSE and len(self._message) + size > self.limit:
            raise ProtocolError(1009)
        return (start + 4, size) if len(buffer) >= start + 4 else None

    def _check_bits(self, first: int, second: int) -> None:
        opcode = first & 15
        if first & 0x70 or not second & 0x80 or 3 <= opcode <= 7 or opcode > PONG:
            raise ProtocolError(1002)
        if opcode >= CLOSE:
            if second & 127 > 125 or not first & 0x80:
                raise ProtocolError(1002)
        elif (opcode == CONTINUATION) != bool(self._kind):
            raise ProtocolError(1002)

    def _assembled(self, final: bool, opcode: int, payload: bytes) -> tuple[int, bytes] | None:
        if opcode == CLOSE:
            self._end()
            return opcode, _checked_close(payload)
        if opcode > CLOSE:
            return opcode, payload
        self._kind = self._kind or opcode
        if self._kind == TEXT:
            self._check_text(payload, final)
        self._message += payload
        if not final:
            return None
        whole, kind = bytes(self._message), self._kind
        self._message, self._kind, self._text = bytearray(), 0, None
        return kind, whole

    def _check_text(self, payload: bytes, final: bool) -> None:
        """Refuse broken UTF-8 in the part where it breaks; a character may span parts."""
        if self._text is None:
            self._text = UTF8()
        try:
            self._text.decode(payload, final)
        except UnicodeDecodeError as error:
            raise ProtocolError(1007) from error


def _checked_close(payload: bytes) -> bytes:
    if len(payload) == 1:
        raise ProtocolError(1002)
    if payload:
        code = struct.unpack("!H", payload[:2])[0]
        if code not in SENDABLE and not 3000 <= code < 5000:
            raise ProtocolError(1002)
        try:
            payload[2:].decode()
        except UnicodeDecodeError as error:
            raise ProtocolError(1007) from error
    return payload
