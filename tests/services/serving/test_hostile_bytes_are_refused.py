"""Bytes no browser sends, to each kind of server as it runs: an answer or a closed line."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask

from tests import servers
from tests.flows.processes import Process, process

HOST = b"Host: madang.example\r\nConnection: close\r\n"
TALK_S = 20.0
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
PARTS = b"Content-Type: multipart/form-data; boundary=x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def get(
    path: bytes, *headers: bytes, method: bytes = b"GET", version: bytes = b"HTTP/1.1"
) -> bytes:
    told = b"".join(line + b"\r\n" for line in headers)
    return method + b" " + path + b" " + version + b"\r\n" + told + HOST + b"\r\n"


def post(told: bytes, body: bytes, path: bytes = b"/sign-in") -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\n" + told + HOST + b"\r\n" + body


LINES = {
    "no words": b"\x00\xff\xfe\r\n\r\n",
    "a version of tomorrow": get(b"/", version=b"HTTP/9.9"),
    "an endless address": get(b"/" + b"a" * 70_000),
    "an endless header": get(b"/", b"X: " + b"a" * 200_000),
    "thousands of headers": get(b"/", *[b"X-%d: y" % n for n in range(5000)]),
    "no colon": get(b"/", b"foo"),
    "a folded header": get(b"/", b"X: a\r\n b"),
    "nothing in a header": get(b"/", b"X: a\x00b"),
    "a header in a header": get(b"/", b"X: a\rSet-Cookie: madang_session=1"),
    "bytes that are no text": get(
        b"/", b"Accept-Language: \xff", b"Cookie: madang_session=\xff\xfe", b"Referer: \xff"
    ),
    "nothing in an address": get(b"/%00"),
    "no escape": get(b"/reports/%zz%f0%28"),
    "an address as it is written": get("/하늘?q=하늘".encode()),
    "another's address": get(b"http://evil.example/reports"),
    "no address": get(b"*", method=b"OPTIONS"),
    "an echo": get(b"/", method=b"TRACE"),
    "a tunnel": get(b"evil.example:443", method=b"CONNECT"),
    "no method": get(b"/", method=b"\xff\xfe"),
    "no host": b"GET / HTTP/1.1\r\nHost: a b<>\r\nConnection: close\r\n\r\n",
    "a proxy's lies": get(b"/", b"X-Forwarded-For: \xff,,;'<>", b"X-Forwarded-Proto: javascript"),
    "no range": get(b"/manifest.webmanifest", b"Range: bytes=-99999999999999999999-"),
    "no date": get(b"/", b"If-Modified-Since: \xff", b'If-None-Match: "\xff'),
    "no password": get(b"/", b"Authorization: Basic /////w=="),
    "a length below nothing": post(b"Content-Length: -5\r\n", b""),
    "a length in words": post(b"Content-Length: five\r\n", b""),
    "a length beyond all": post(b"Content-Length: 99999999999999999999\r\n", b""),
    "a signed length": post(b"Content-Length: +5\r\n", b"abcde"),
    "two lengths": post(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"abcdef"),
    "a length and chunks": post(b"Content-Length: 5\r\n" + CHUNKED, b"0\r\n\r\n"),
    "a chunk of letters": post(FORM + CHUNKED, b"zz\r\nabc\r\n0\r\n\r\n"),
    "a chunk beyond all": post(FORM + CHUNKED, b"FFFFFFFFFFFFFFFFFF\r\nabc\r\n"),
    "a chunk below nothing": post(FORM + CHUNKED, b"-5\r\nabc\r\n0\r\n\r\n"),
    "another coding": post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "half a form": post(FORM + b"Content-Length: 500\r\n", b"email=a"),
    "half a part": post(PARTS + b"Content-Length: 500\r\n", b"--x\r\nContent-Disp", b"/reports/"),
    "chunked parts": post(PARTS + CHUNKED, b"5\r\n--x\r\n\r\n0\r\n\r\n", b"/reports/"),
    "an odd kind": post(b"Content-Type: \xff;charset=\x01\r\nContent-Length: 3\r\n", b"a=b"),
    "a thousand brackets": post(
        b"Content-Type: application/json\r\nContent-Length: 1000\r\n",
        b"[" * 1000,
        b"/open311/v2/requests.json",
    ),
    "no transport": get(b"/socket.io/?EIO=\xff&transport=x&sid=%00"),
}


@pytest.fixture(params=["serve", "web"])
def server(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Iterator[Process]:
    given = {"DATABASE_URL": app.extensions["settings"].database_url}
    with servers.redis() as redis:
        given["REDIS_URL"] = redis
        with process(request.param, tmp_path, **given) as running:
            yield running


def answer(port: int, sent: bytes) -> bytes:
    """Send and end; return what comes back until the line is closed."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), TALK_S) as line:
        try:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            while part := line.recv(65_536):
                heard += part
        except TimeoutError:
            raise
        except OSError:
            # Refused in the middle of what was sent.
            return heard
    return heard


@pytest.mark.above_the_database
def test_each_is_answered_or_let_go(server: Process) -> None:
    odd = {}
    for name, sent in LINES.items():
        heard = answer(server.port, sent)
        status = re.match(rb"HTTP/1\.[01] (\d{3})", heard)
        if heard and (status is None or int(status[1]) >= 500):
            odd[name] = heard[:80]
        if re.search(rb"\n(location: \S*evil|set-cookie: madang_session)", heard.lower()):
            odd[name] = heard
    assert odd == {}
    assert requests.get(f"{server.address}/health", timeout=TALK_S).json() == {"status": "ok"}
