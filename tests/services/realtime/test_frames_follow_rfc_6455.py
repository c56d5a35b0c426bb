"""The websocket reader takes what RFC 6455 allows, in any slices, and refuses the rest."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from services.realtime.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    ProtocolError,
    Reader,
    frame,
)
from tests.services.realtime.wire import masked

Heard = list[tuple[int, bytes]]
KINDS = {TextMessage: TEXT, BytesMessage: BINARY, Ping: PING, Pong: PONG}


def hear(reader: Reader, data: bytes, cuts: list[int]) -> tuple[Heard, int]:
    """Return the messages before the end, and the code it ended with (0: it did not)."""
    edges = [0, *sorted(c % (len(data) + 1) for c in cuts), len(data)]
    found: Heard = []
    try:
        for start, end in pairwise(edges):
            reader.feed(data[start:end])
            while (message := reader.take()) is not None:
                found.append(message)
    except ProtocolError as error:
        return found, error.code
    return found, 0


def code_of(data: bytes, limit: int = 1000) -> int:
    return hear(Reader(limit), data, [])[1]


cuts = st.lists(st.integers(0, 10_000), max_size=40)
frames = st.builds(
    masked,
    st.sampled_from([TEXT, TEXT, BINARY, CONTINUATION, CONTINUATION, PING, PONG, CLOSE, 3, 11]),
    st.one_of(
        st.binary(max_size=140),
        st.text(max_size=60).map(str.encode),
        st.integers(0, 5000).map(lambda code: struct.pack("!H", code)),
    ),
    final=st.booleans(),
    bits=st.sampled_from([0, 0, 0, 0, 0, 0x40, 0x20, 0x10]),
)


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5), cuts)
def test_messages_arrive_whole_in_any_slices(texts: list[str], where: list[int]) -> None:
    stream = b"".join(masked(TEXT, text.encode()) for text in texts)
    expected = [(TEXT, text.encode()) for text in texts]
    assert hear(Reader(5000), stream, where) == (expected, 0)


@given(st.text(min_size=1, max_size=80), st.lists(st.integers(0, 400), max_size=6), cuts)
def test_a_character_may_span_parts(text: str, split: list[int], where: list[int]) -> None:
    whole = text.encode()
    edges = [0, *sorted(s % (len(whole) + 1) for s in split), len(whole)]
    parts = [whole[a:b] for a, b in pairwise(edges)]
    stream = b"".join(
        masked(CONTINUATION if number else TEXT, part, final=number == len(parts) - 1)
        + masked(PING, b"between")
        for number, part in enumerate(parts)
    )
    heard, code = hear(Reader(5000), stream, where)
    assert code == 0
    assert [message for message in heard if message[0] == TEXT] == [(TEXT, whole)]
    assert heard.count((PING, b"between")) == len(parts)


@given(st.one_of(st.binary(max_size=400), st.lists(frames, max_size=6).map(b"".join)), cuts)
def test_noise_is_refused_or_waited_for_alike_in_any_slices(noise: bytes, where: list[int]) -> None:
    at_once, in_slices = Reader(100), Reader(100)
    one, other = hear(at_once, noise, []), hear(in_slices, noise, where)
    assert one == other
    assert one[1] in {0, 1002, 1007, 1009}
    assert at_once.held <= 100 + 14 if one[1] == 0 else at_once.held == 0


def by_another_hand(data: bytes) -> tuple[Heard, int]:
    """What wsproto makes of the same bytes: the messages, and the code it ended with or 0."""
    peer, found, parts = Connection(ConnectionType.SERVER), [], b""
    peer.receive_data(data)
    for event in peer.events():
        if isinstance(event, CloseConnection):
            return found, int(event.code)
        if isinstance(event, Ping | Pong):
            found.append((KINDS[type(event)], bytes(event.payload)))
            continue
        parts += event.data.encode() if isinstance(event, TextMessage) else bytes(event.data)
        if event.message_finished:
            found.append((KINDS[type(event)], parts))
            parts = b""
    return found, 0


@given(st.lists(frames, max_size=6).map(b"".join))
def test_another_implementation_reads_the_same(data: bytes) -> None:
    heard, code = hear(Reader(100_000), data, [])
    if heard and heard[-1][0] == CLOSE:
        payload = heard.pop()[1]
        code = struct.unpack("!H", payload[:2])[0] if payload else 1005
    assert (heard, code) == by_another_hand(data)


def test_a_ping_may_come_between_two_parts() -> None:
    parts = masked(TEXT, b"a", final=False) + masked(PING, b"p") + masked(CONTINUATION, b"b")
    assert hear(Reader(100), parts, []) == ([(PING, b"p"), (TEXT, b"ab")], 0)


def test_an_oversize_frame_is_refused_from_its_header_and_nothing_is_kept() -> None:
    reader = Reader(16_384)
    reader.feed(bytes((0x82, 0x80 | 127)) + struct.pack("!Q", 50_000_000))
    with pytest.raises(ProtocolError) as caught:
        reader.take()
    reader.feed(b"x" * 16_384)
    assert (caught.value.code, reader.held) == (1009, 0)


def test_parts_together_may_not_exceed_the_limit() -> None:
    data = masked(TEXT, b"x" * 60, final=False) + masked(CONTINUATION, b"x" * 60)
    assert code_of(data, 100) == 1009


def test_endless_empty_parts_are_never_gathered() -> None:
    reader = Reader(100)
    reader.feed(masked(TEXT, b"", final=False))
    for _ in range(20_000):
        reader.feed(masked(CONTINUATION, b"", final=False))
        assert reader.take() is None
    assert (reader.held, reader.frames) == (0, 20_001)


def test_what_was_whole_before_a_fault_is_still_heard() -> None:
    heard = hear(Reader(100), masked(TEXT, b"a") + masked(3, b""), [])
    assert heard == ([(TEXT, b"a")], 1002)


def test_nothing_counts_after_a_close() -> None:
    data = masked(CLOSE, struct.pack("!H", 1000)) + masked(3, b"") + masked(TEXT, b"late")
    assert hear(Reader(100), data, []) == ([(CLOSE, b"\x03\xe8")], 0)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(TEXT, b"unmasked"), 1002),
        *[(masked(TEXT, b"", bits=bit), 1002) for bit in (0x40, 0x20, 0x10)],
        *[(masked(opcode, b""), 1002) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)],
        *[(masked(opcode, b"x" * 126), 1002) for opcode in (CLOSE, PING, PONG)],
        *[(masked(opcode, b"", final=False), 1002) for opcode in (CLOSE, PING, PONG)],
        (masked(CONTINUATION, b"x"), 1002),
        (masked(CONTINUATION, b"x", final=False), 1002),
        (masked(TEXT, b"a", final=False) + masked(TEXT, b"b"), 1002),
        (masked(TEXT, b"\xff\xfe"), 1007),
        (masked(TEXT, b"\xed\xa0\x80"), 1007),
        (masked(TEXT, b"\xf4\x90\x80\x80"), 1007),
        (masked(TEXT, b"\xce", final=False) + masked(CONTINUATION, b""), 1007),
        (masked(TEXT, b"ok\xce\x28", final=False), 1007),
        (masked(CLOSE, b"x"), 1002),
        *[(masked(CLOSE, struct.pack("!H", c)), 1002) for c in (0, 999, 1004, 1005, 1006, 1015)],
        *[(masked(CLOSE, struct.pack("!H", c)), 1002) for c in (1016, 2999, 5000, 65_535)],
        (masked(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
        (bytes((0x81, 0x80 | 126)) + struct.pack("!H", 5), 1002),
        (bytes((0x81, 0x80 | 127)) + struct.pack("!Q", 126), 1002),
        (bytes((0x82, 0x80 | 127)) + struct.pack("!Q", 1 << 63), 1002),
    ],
)
def test_what_the_protocol_forbids_is_refused_with_its_code(data: bytes, code: int) -> None:
    assert code_of(data) == code


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999])
def test_codes_that_may_be_sent_are_taken(code: int) -> None:
    payload = struct.pack("!H", code) + "안녕".encode()
    assert hear(Reader(100), masked(CLOSE, payload), []) == ([(CLOSE, payload)], 0)
