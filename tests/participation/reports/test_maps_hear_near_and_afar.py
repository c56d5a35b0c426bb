"""A report stirs the rooms of every map that shows its place, whatever its zoom."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from participation.reports.live import ROOM_ZOOMS, may_join_tile, room_of
from services.auth import STRANGER
from services.db import Session
from services.realtime import RealtimeChange
from tests.flows.canaries import Visit, report
from tests.people import MINJI


def test_a_report_is_told_once_to_each_zoom_and_nothing_of_it(
    app: Flask, visit: Visit, turn: Callable[[], int]
) -> None:
    report(visit(MINJI), "꺼진 등", "34.21")
    turn()
    with Session(app.extensions["engine"]) as session:
        tiles = RealtimeChange.room.startswith("tile:")
        told = session.execute(select(RealtimeChange.room, RealtimeChange.item).where(tiles)).all()
        rooms = [room for room, _ in told]
        assert sorted(rooms) == sorted(room_of(127.91, 34.21, zoom) for zoom in ROOM_ZOOMS)
        assert {bytes(item) for _, item in told} == {b'{"kind":"report"}'}
        assert all(may_join_tile(session, STRANGER, room) for room in rooms)


def test_there_is_no_room_of_another_zoom(app: Flask) -> None:
    with Session(app.extensions["engine"]) as session:
        for zoom in (6, 8, 9, 11, 12, 14, 137):
            assert not may_join_tile(session, STRANGER, f"tile:{zoom}/1/1")
