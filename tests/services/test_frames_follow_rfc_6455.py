"""The websocket reader takes what RFC 6455 allows, in any slices, and refuses the rest."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.realtime.frames import CLOSE, CONTINUATION, PING, TEXT, ProtocolError, Reader, frame

MASK = b"\x01\x02\x03\x04"


def client(opcode: int, payload: bytes, *, final: bool = True, bits: int = 0) -> bytes:
    """Return a masked frame as a browser sends it."""
    plain = frame(opcode, payload)
    header = len(plain) - len(payload)
    head = bytearray(plain[:header])
    head[0] = (0x80 if final else 0) | bits | opcode
    head[1] |= 0x80
    return bytes(head) + MASK + bytes(b ^ MASK[i % 4] for i, b in enumerate(payload))


def code_of(data: bytes, limit: int = 1000) -> int:
    with pytest.raises(ProtocolError) as caught:
        Reader(limit).feed(data)
    return caught.value.code


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5), st.integers(1, 40))
def test_messages_arrive_whole_in_any_slices(texts: list[str], cut: int) -> None:
    stream = b"".join(client(TEXT, text.encode()) for text in texts)
    reader, found = Reader(5000), []
    for start in range(0, len(stream), cut):
        found += reader.feed(stream[start : start + cut])
    assert found == [(TEXT, text.encode()) for text in texts]


@given(st.binary(max_size=400))
def test_noise_is_refused_or_waited_for_and_never_breaks_the_reader(noise: bytes) -> None:
    codes = {0}
    try:
        Reader(100).feed(noise)
    except ProtocolError as error:
        codes = {error.code}
    assert codes <= {0, 1002, 1007, 1009}


def test_a_ping_may_come_between_two_parts() -> None:
    parts = client(TEXT, b"a", final=False) + client(PING, b"p") + client(CONTINUATION, b"b")
    assert Reader(100).feed(parts) == [(PING, b"p"), (TEXT, b"ab")]


def test_an_oversize_frame_is_refused_from_its_header() -> None:
    header = bytes((0x82, 0x80 | 127)) + struct.pack("!Q", 50_000_000)
    assert code_of(header, 16_384) == 1009


def test_parts_together_may_not_exceed_the_limit() -> None:
    data = client(TEXT, b"x" * 60, final=False) + client(CONTINUATION, b"x" * 60)
    assert code_of(data, 100) == 1009


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(TEXT, b"unmasked"), 1002),
        (client(TEXT, b"", bits=0x40), 1002),
        (client(3, b""), 1002),
        (client(11, b""), 1002),
        (client(PING, b"x" * 126), 1002),
        (client(PING, b"x", final=False), 1002),
        (client(CONTINUATION, b"x"), 1002),
        (client(TEXT, b"a", final=False) + client(TEXT, b"b"), 1002),
        (client(TEXT, b"\xff\xfe"), 1007),
        (client(CLOSE, b"x"), 1002),
        (client(CLOSE, struct.pack("!H", 1005)), 1002),
        (client(CLOSE, struct.pack("!H", 999)), 1002),
        (client(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
        (bytes((0x81, 0x80 | 126)) + struct.pack("!H", 5), 1002),
    ],
)
def test_what_the_protocol_forbids_is_refused_with_its_code(data: bytes, code: int) -> None:
    assert code_of(data) == code
