"""Every room, joined by each kind of visitor, at once and late: no socket tells who or what."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from sqlalchemy import select

from participation.reports.live import room_of
from services.auth import Actor
from services.db import Session
from services.realtime import RealtimeChange
from tests.flows.canaries import HIDDEN, Visit, report, seed
from tests.people import HANA, JUN, MINJI, SOYEON, TAEHO

PEOPLE = (None, JUN, SOYEON, TAEHO, HANA)
AN_HOUR_S = 3500
WORDS = ("꺼진 등", "다 된 등", HIDDEN)
Join = Callable[[Actor | None], SocketIOTestClient]


@pytest.fixture
def join(app: Flask, visit: Visit) -> Iterator[Join]:
    opened: list[SocketIOTestClient] = []

    def come(who: Actor | None) -> SocketIOTestClient:
        client = visit(who).client
        socketio = app.extensions["socketio"]
        opened.append(SocketIOTestClient(app, socketio, flask_test_client=client))
        return opened[-1]

    yield come
    for client in opened:
        client.disconnect()


def told(client: SocketIOTestClient, room: str, **since: int) -> str:
    answer: Any = client.emit("join", {"room": room} | since, callback=True)
    return json.dumps(answer, ensure_ascii=False)


def tiles() -> list[str]:
    return sorted({room_of(127.91, lat / 100) for lat in range(3418, 3428)})


def heard(app: Flask, client: SocketIOTestClient) -> str:
    app.extensions["hub"].ticks.tick()
    return json.dumps(client.get_received(), ensure_ascii=False)


def test_no_socket_tells_who_reported_or_what_was_hidden(
    app: Flask, visit: Visit, turn: Callable[[], int], join: Join
) -> None:
    early = {who: join(who) for who in PEOPLE}
    for client in early.values():
        for room in tiles():
            told(client, room)
    seeded = seed(app, visit, turn)
    with Session(app.extensions["engine"]) as session:
        rooms = set(session.scalars(select(RealtimeChange.room)))
    assert rooms & set(tiles()), "nobody was told of the reports at all"
    rooms |= {f"report:{one}" for one in seeded.values["report_id"]} | {"console", *tiles()}
    said = [heard(app, client) for client in early.values()]
    assert all('"kind": "report"' in one for one in said)
    for who in PEOPLE:
        late = join(who)
        said += [told(late, r, **how) for r in rooms for how in ({"age": AN_HOUR_S}, {"since": 0})]
    whole = "\n".join(said).lower()
    marks = [*seeded.marks.values(), *WORDS]
    assert [mark for mark in marks if mark.lower() in whole] == []


def test_what_a_tile_is_told_holds_nothing_that_could_have_to_be_taken_back(
    app: Flask, visit: Visit, turn: Callable[[], int], join: Join
) -> None:
    minji, staff = visit(MINJI), visit(SOYEON)
    report_id = report(minji, f"번호판 {HIDDEN}", "34.21")
    turn()
    staff.get("/console/")
    staff.post(f"/console/reports/{report_id}/reject", reason="번호가 보여요")
    turn()
    room = room_of(127.91, 34.21)
    answer: Any = join(None).emit("join", {"room": room, "age": AN_HOUR_S}, callback=True)
    assert len(answer["missed"]) >= 2, answer
    assert all(one.keys() == {"kind", "seq"} for one in answer["missed"]), answer
    assert {one["kind"] for one in answer["missed"]} == {"report"}


def test_a_word_that_comes_late_tells_nothing_of_a_report_that_was_hidden_meanwhile(
    app: Flask, visit: Visit, turn: Callable[[], int], join: Join
) -> None:
    stranger, room = join(None), room_of(127.91, 34.21)
    told(stranger, room)
    report_id = report(visit(MINJI), f"번호판 {HIDDEN}", "34.21")
    staff = visit(SOYEON)
    staff.get("/console/")
    staff.post(f"/console/reports/{report_id}/reject", reason="번호가 보여요")
    turn()
    whole = heard(app, stranger)
    assert f'"{room}"' in whole
    assert HIDDEN not in whole
    assert report_id not in whole
