"""A connection ends with the code that tells why, and never takes another one with it."""

import http.client
import socket
import struct
import time

import pytest

from services.realtime.frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT
from services.realtime.transport import BURST_FRAMES, CHUNK
from tests.services.realtime.conftest import Kit
from tests.services.realtime.wire import Line, line, masked, shake, text


def page(kit: Kit) -> float:
    """Ask for the page of the same process; return the seconds it took."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", kit.port, timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"ok"
    connection.close()
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (masked(CLOSE, struct.pack("!H", 1000)), 1000),
        (masked(CLOSE, struct.pack("!H", 4321) + b"why"), 4321),
        (masked(CLOSE, b""), 1000),
        (masked(TEXT, b"2\xff"), 1007),
        (masked(TEXT, b"4\xe3\x81", final=False) + masked(CONTINUATION, b"x"), 1007),
        (masked(3, b""), 1002),
        (masked(TEXT, b"2", bits=0x40), 1002),
        (bytes((0x81, 1)) + b"2", 1002),
        (masked(BINARY, b"\x00\x01"), 1003),
        (text("bAAEC"), 1003),
        (text(""), 1003),
        (text("²"), 1003),
        (masked(TEXT, b"4" + b"x" * 20_000), 1009),
        (masked(TEXT, b"4" * 9000, final=False) + masked(CONTINUATION, b"4" * 9000), 1009),
    ],
)
def test_the_close_frame_says_why(kit: Kit, sent: bytes, code: int) -> None:
    with line(kit.port) as opened:
        opened.send(sent)
        assert opened.close_code() == code
    assert page(kit) < 1


def test_a_ping_is_answered_between_two_parts(kit: Kit) -> None:
    with line(kit.port) as opened:
        opened.send(masked(TEXT, b'42["fire",', final=False) + masked(PING, b"between"))
        assert opened.read() == (PONG, b"between")
        opened.send(masked(CONTINUATION, b'{"k":1,"pad":3}]'))
        assert next(opened.events())["pad"] == "xxx"


def test_bytes_that_come_one_by_one_are_one_message(kit: Kit) -> None:
    with line(kit.port) as opened:
        for byte in text('42["fire",{"k":1,"pad":1}]'):
            opened.send(bytes((byte,)))
        assert next(opened.events())["pad"] == "x"


@pytest.mark.parametrize(
    "bomb",
    [
        "4" + "[" * 16_000,
        "42" + "[" * 16_000,
        "42[1]",
        '42["fire"]',
        "451-[",
        "4z",
        '40/other,{"a":',
    ],
)
def test_a_bomb_harms_only_its_own_line(kit: Kit, bomb: str) -> None:
    with line(kit.port) as bystander, line(kit.port) as attacker:
        attacker.send(text(bomb))
        bystander.send(text('42["fire",{"k":1,"pad":2}]'))
        assert next(bystander.events())["pad"] == "xx"


def test_an_oversize_frame_is_closed_from_its_header(kit: Kit) -> None:
    with line(kit.port) as opened:
        page(kit)
        before = kit.memory_kb()
        opened.send(bytes((0x81, 0x80 | 127)) + struct.pack("!Q", 50_000_000) + b"\0\0\0\0")
        assert opened.close_code() == 1009
        sent = stuffed(opened, 50_000_000)
        assert page(kit) < 1
    assert sent < 50_000_000
    assert kit.memory_kb() - before < 4 * CHUNK / 1024 + 512


def stuffed(opened: Line, size: int) -> int:
    """Push bytes down the line until it breaks; return how many went."""
    sent, block = 0, b"4" * 65_536
    opened.sock.settimeout(3)
    try:
        while sent < size:
            sent += opened.sock.send(block)
    except OSError:
        return sent
    return sent


@pytest.mark.parametrize(
    "frame",
    [text("3"), masked(PING, b""), masked(PONG, b""), masked(CONTINUATION, b"", final=False)],
)
def test_a_flood_is_put_out_and_the_page_is_still_served(kit: Kit, frame: bytes) -> None:
    with line(kit.port) as opened:
        opened.send(masked(TEXT, b"", final=False) if frame[0] == 0 else b"")
        opened.send(frame * (BURST_FRAMES + 10))
        assert opened.close_code() == 1008
    assert page(kit) < 1


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"Sec_WebSocket_Version": "12"}, 426),
        ({"Sec_WebSocket_Key": ""}, 426),
        ({"Sec_WebSocket_Key": "x" * 24}, 426),
        ({"Sec_WebSocket_Key": "c2hvcnQ="}, 426),
        ({"Upgrade": "h2c"}, 400),
        ({"Connection": "keep-alive"}, 401),
        ({"Connection": ""}, 401),
        ({"Connection": "keep-alive, Upgrade"}, 101),
        ({"Origin": "https://elsewhere.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://127.0.0.1:{port}", "Host": "127.0.0.1:{port}"}, 101),
        ({"Sec_WebSocket_Extensions": "permessage-deflate"}, 101),
    ],
)
def test_a_handshake_is_refused_unless_it_is_right(
    kit: Kit, header: dict[str, str], status: int
) -> None:
    asked = {name: value.replace("{port}", str(kit.port)) for name, value in header.items()}
    with socket.create_connection(("127.0.0.1", kit.port), 5) as sock:
        assert shake(sock, asked.pop("Host", "127.0.0.1"), **asked)[0] == status


def test_polling_is_not_offered(kit: Kit) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", kit.port, timeout=5)
    connection.request("GET", "/socket.io/?EIO=4&transport=polling")
    assert connection.getresponse().status == 400
    connection.close()
