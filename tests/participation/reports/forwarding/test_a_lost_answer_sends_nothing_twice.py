"""Whatever dies on the way, the other body has the report once."""

import signal
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.forwarding.jobs import AT_ONCE, Courier
from participation.reports.forwarding.models import Forwarding
from participation.reports.forwarding.queries import due_letters
from participation.reports.forwarding.waits import take
from services import clock
from services.db import reading_session, unit_of_work
from tests.flows.processes import eventually, process
from tests.participation.reports.forwarding.conftest import City, Neighbour, Wire
from tests.participation.reports.forwarding.test_bodies_of_every_kind import TAKEN, Body, body

__all__ = ["body"]


def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    city: City, neighbour: Neighbour, wire: Wire
) -> None:
    city.send_to(f"http://127.0.0.1:{wire.port}/open311/v2", neighbour.key)
    wire.cuts.add("answer")
    city.tell()
    city.carry()
    (theirs,) = neighbour.reports()
    assert (city.row().state, city.row().error.split(":")[0]) == ("asked", "slow")
    wire.cuts.clear()
    city.carry(10)
    assert (city.row().state, city.row().remote_id) == ("followed", str(theirs.id))
    assert wire.posts == 1
    assert len(neighbour.reports()) == 1


def test_answers_lost_again_and_again(city: City, neighbour: Neighbour, wire: Wire) -> None:
    """Even where the look finds nothing and it is sent again, our name for it is the same."""
    city.send_to(f"http://127.0.0.1:{wire.port}/open311/v2", neighbour.key)
    wire.cuts.add("answer")
    city.tell()
    city.carry()
    _forget_the_mark(neighbour)
    city.carry(300)
    assert (wire.posts, city.row().state) == (2, "asked")
    wire.cuts.clear()
    city.carry(1000)
    assert (wire.posts, city.row().state) == (3, "followed")
    assert len(neighbour.reports()) == 1


def _forget_the_mark(neighbour: Neighbour) -> None:
    """Let the neighbour's list show a description without our mark."""
    with unit_of_work(neighbour.engine) as session:
        session.execute(sa.text("UPDATE report SET text = 'edited'"))


def test_a_server_that_sleeps_is_waited_for(city: City, asleep: Neighbour) -> None:
    with process("serve", asleep.folder, **asleep.settings) as first:
        address, port = f"{first.address}/open311/v2", first.port
    city.send_to(address, asleep.key)
    city.tell()
    city.carry()
    assert (city.row().state, city.row().error.split(":")[0]) == ("waiting", "unreachable")
    assert city.body().trouble == "unreachable: "
    with process("serve", asleep.folder, **asleep.settings | {"PORT": str(port)}):
        city.carry(5)
        assert city.row().state == "followed"
        assert city.body().trouble is None
        assert len(asleep.reports()) == 1


def test_a_server_killed_after_it_took_the_report(city: City, asleep: Neighbour) -> None:
    """Its disk has the report, its answer never came: after the restart it is found."""
    with process("serve", asleep.folder, **asleep.settings) as first:
        wire = Wire(first.port)
        wire.cuts.add("answer")
        city.send_to(f"http://127.0.0.1:{wire.port}/open311/v2", asleep.key)
        city.tell()
        city.carry()
        eventually(lambda: len(asleep.reports()) == 1)
        first.stop(signal.SIGKILL)
    city.carry(10)
    assert city.row().state == "asked"
    with process("serve", asleep.folder, **asleep.settings) as second:
        wire.to = second.port
        wire.cuts.clear()
        city.carry(30)
    wire.close()
    assert city.row().state == "followed"
    assert len(asleep.reports()) == 1


def test_a_courier_that_died_before_it_sent(city: City, neighbour: Neighbour) -> None:
    city.send_to(f"http://127.0.0.1:{neighbour.port}/open311/v2", neighbour.key)
    city.tell()
    with unit_of_work(city.engine) as session:
        row = session.scalars(sa.select(Forwarding)).one()
        row.state, row.asked_at, row.lease = "asked", clock.now(), "gone"
        row.due_at = clock.now() + timedelta(minutes=5)
    city.carry(60)
    assert neighbour.reports() == []
    city.carry(400)
    assert city.row().state == "followed"
    assert len(neighbour.reports()) == 1


def test_two_couriers_at_once(city: City, neighbour: Neighbour, app: Flask) -> None:
    city.send_to(f"http://127.0.0.1:{neighbour.port}/open311/v2", neighbour.key)
    for number in range(5):
        city.tell(f"Lamp {number}")
    at = clock.now()
    with reading_session(city.engine) as session:
        due = due_letters(session, at, most=AT_ONCE)
    assert [take(city.engine, row, at) for row in due] == [True] * 5
    assert Courier(city.engine, app.extensions["settings"]).turn(at) == 0
    assert [take(city.engine, row, at) for row in due] == [False] * 5
    city.carry(400)
    assert len(neighbour.reports()) == 5


def test_each_letter_of_a_slow_bodys_bag_leaves_at_its_own_moment(
    city: City, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that left long after its turn began is not taken for one that was lost by then."""
    real, late_s = clock.now, [0]
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=late_s[0]))

    def slowly() -> tuple[int, str]:
        late_s[0] += 4
        return 200, TAKEN

    body.answers = {"POST requests.xml": slowly}
    city.send_to(body.url, "k")
    for number in range(3):
        city.tell(f"Lamp {number}")
    city.carry()
    with unit_of_work(city.engine) as session:
        asked = sorted(session.scalars(sa.select(Forwarding.asked_at)))
    assert [round((one - asked[0]).total_seconds()) for one in asked] == [0, 4, 8]
