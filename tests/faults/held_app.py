"""The product with a hold at its commit, so that a line can be cut exactly there; for tests alone.

    python -m tests.faults.held_app serve

A request with the header `X-Hold: WHERE PORT KEY` stops at WHERE, tells the gate at PORT of
127.0.0.1 its KEY, and goes on once the gate closes the connection. WHERE is "before" (nothing is
written yet), "inside" (all rows are written, the database was not told to commit) or "after" (it
has committed, the answer has not begun).
"""

from tests.faults import looped  # before all else

# isort: split
import socket
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

import app
import participation.accounts.wiring
from services.serving.command import command_line

PATIENCE_S = 30.0


def _hold(where: str) -> None:
    if not has_request_context() or request.method != "POST" or "session" not in g:
        return
    asked = request.headers.get("X-Hold", "").split()
    if len(asked) != 3 or asked[0] != where or "held" in g:
        return
    g.held = True
    with socket.create_connection(("127.0.0.1", int(asked[1])), PATIENCE_S) as gate:
        gate.sendall(asked[2].encode() + b"\n")
        gate.recv(1)


def install() -> None:
    def before(_session: Any) -> None:
        _hold("before")

    def inside(_connection: Any) -> None:
        _hold("inside")

    def after(_session: Any) -> None:
        _hold("after")

    event.listen(Session, "before_commit", before)
    event.listen(Engine, "commit", inside)
    event.listen(Session, "after_commit", after)


if __name__ == "__main__":
    assert looped.PATCHED
    install()
    command_line(app.create_app, participation.accounts.wiring.refuse_cast)
