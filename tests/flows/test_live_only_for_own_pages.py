"""Another site's page cannot open a socket in a visitor's name."""

import socket
from pathlib import Path

import pytest
from flask import Flask

from tests.flows.processes import process
from tests.services.realtime.wire import shake

CITY = "https://madang.example.org"


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        (CITY, {CITY: 101, "http://madang.example.org": 400, "https://evil.example": 400}),
        ("", {"http://madang.example.org": 101, "http://evil.example": 400, "null": 400}),
    ],
)
def test_the_origin_is_checked(
    app: Flask, tmp_path: Path, base_url: str, expected: dict[str, int]
) -> None:
    given = {"DATABASE_URL": app.extensions["settings"].database_url, "MADANG_BASE_URL": base_url}
    with process("serve", tmp_path, **given) as server:
        for origin, status in expected.items():
            with socket.create_connection(("127.0.0.1", server.port), 5) as sock:
                assert shake(sock, "madang.example.org", Origin=origin)[0] == status
