"""Connections that came and left leave nothing behind, however they left."""

import http.client
import socket
import struct
import time

from services.realtime.frames import CLOSE
from tests.flows.processes import eventually
from tests.services.realtime.conftest import Kit
from tests.services.realtime.wire import Line, asking, masked, shake, text

CROWD = 300


def crowd(kit: Kit) -> list[Line]:
    """Open many connections that joined a room."""
    opened = []
    for _ in range(CROWD):
        sock = socket.create_connection(("127.0.0.1", kit.port), 15)
        line = Line(sock, shake(sock)[1])
        line.send(text("40") + text('42["join","crowd"]'))
        opened.append(line)
    for line in opened:
        while (found := line.read()) is not None and not found[1].startswith(b"40"):
            continue
    return opened


def leave(opened: list[Line], how: int) -> None:
    """Leave politely, by a fault, or by dropping the line."""
    for line in opened:
        if how == 0:
            line.send(masked(CLOSE, b"\x03\xe8"))
            assert line.close_code() == 1000
        elif how == 1:
            line.send(b"\xff\xff")
        line.sock.close()


def test_crowds_that_come_and_go_do_not_grow_the_process(kit: Kit) -> None:
    leave(crowd(kit), 0)
    time.sleep(0.5)
    before = kit.memory_kb()
    for how in (0, 1, 2, 0, 1, 2):
        leave(crowd(kit), how)
    time.sleep(1.5)
    grown = kit.memory_kb() - before
    assert grown < CROWD * 20, f"{grown} kB are left of {6 * CROWD} connections"


def test_a_page_is_answered_while_a_crowd_leaves(kit: Kit) -> None:
    opened = crowd(kit)
    for line in opened:
        line.sock.close()
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", kit.port, timeout=10)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()
    assert time.monotonic() - began < 2


def lines_held(kit: Kit) -> int:
    """How many connections the socket server believes in."""
    connection = http.client.HTTPConnection("127.0.0.1", kit.port, timeout=10)
    connection.request("GET", "/lines")
    held = int(connection.getresponse().read())
    connection.close()
    return held


def test_lines_that_break_in_the_handshake_are_forgotten(kit: Kit) -> None:
    eventually(lambda: lines_held(kit) == 0)
    for _ in range(100):
        with socket.create_connection(("127.0.0.1", kit.port), 5) as sock:
            # Closed without a linger: the answer meets a reset.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.sendall(asking())
    eventually(lambda: lines_held(kit) == 0)


def test_lines_that_ask_for_no_upgrade_are_forgotten(kit: Kit) -> None:
    eventually(lambda: lines_held(kit) == 0)
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", kit.port), 5) as sock:
            assert shake(sock, Connection="keep-alive")[0] == 401
    assert lines_held(kit) == 0
