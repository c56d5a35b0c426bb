"""A report that stood settled or hidden for a while, and goes on after all, reaches the body."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from participation.events.reports import ReportChanged, ReportMoved
from participation.reports import actions
from participation.reports.actions_merge import merge_report
from participation.reports.actions_undo import unmerge_report, withdraw_acts
from participation.reports.forwarding.models import Forwarding
from participation.reports.forwarding.subscribers import pass_on_moved, pass_on_photos
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import UNDO_S, Category, Status
from participation.reports.settling.actions import judge_report
from services import clock
from services.db import Session, unit_of_work
from services.outbox.events import OutboxDelivery
from tests.participation.reports.forwarding.conftest import City, Neighbour, Wire
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    NONE,
    TAKEN,
    Answer,
    Body,
    body,
)
from tests.people import MINJI, SOYEON

__all__ = ["body"]
Act = Callable[[Session, Report, datetime], object]
HEARD = "POST servicerequestupdates.xml"
THANKS = "<service_request_updates/>"


def _reject(session: Session, report: Report, at: datetime) -> None:
    actions.reject_report(session, SOYEON, report, "It names somebody", at=at)


def _settle(session: Session, report: Report, at: datetime) -> None:
    actions.answer_report(session, SOYEON, report, Status.FIXED, "Done", at=at)


def _join(session: Session, report: Report, at: datetime) -> None:
    other = session.scalars(sa.select(Report).where(Report.id != report.id)).one()
    merge_report(session, SOYEON, report, other, at=at)


def _take_back(session: Session, _report: Report, at: datetime) -> None:
    withdraw_acts(session, SOYEON, at, at=clock.now())


def _part_late(session: Session, report: Report, at: datetime) -> None:
    unmerge_report(session, SOYEON, report, at=at + timedelta(seconds=60 * UNDO_S))


def _dispute(session: Session, report: Report, _at: datetime) -> None:
    judge_report(session, MINJI, report, "Still dark", settled=False, at=clock.now())


def _open_again(session: Session, report: Report, _at: datetime) -> None:
    actions.answer_report(session, SOYEON, report, Status.OPEN, "We saw it", at=clock.now())


WAYS = {
    "a rejection that is taken back": (_reject, _take_back),
    "a settling that is taken back": (_settle, _take_back),
    "a joining that is taken back": (_join, _take_back),
    "a joining that is undone later": (_join, _part_late),
    "a settling that is disputed": (_settle, _dispute),
    "a settling that staff open again": (_settle, _open_again),
    "a rejection that staff open again": (_reject, _open_again),
}


def act(city: City, report_id: UUID, does: Act, at: datetime) -> None:
    with unit_of_work(city.engine) as session:
        does(session, session.get_one(Report, report_id), at)


def hear(city: City) -> None:
    """Deliver all that waits, also what is told of a later moment."""
    city.deliver()
    with unit_of_work(city.engine) as session:
        session.execute(sa.update(OutboxDelivery).values(due_at=clock.now()))
    city.deliver()


def let_go(city: City, body: Body, ends: Act = _settle) -> tuple[UUID, datetime]:
    """Let a body take nothing yet, and the courier find the report needs nobody; return both."""
    city.send_to(body.url, "k")
    city.tell("The same lamp", Category.LITTER)
    report_id, at = city.tell(), clock.now()
    act(city, report_id, ends, at)
    hear(city)
    city.carry()
    assert (city.row().state, body.posts) == ("ended", [])
    body.answers |= {
        "POST requests.xml": (200, TAKEN),
        "GET requests.xml": (200, NONE),
        HEARD: (200, THANKS),
    }
    return report_id, at


@pytest.mark.parametrize(("ends", "goes_on"), WAYS.values(), ids=list(WAYS))
def test_what_goes_on_after_all_is_sent_once(
    city: City, body: Body, ends: Act, goes_on: Act
) -> None:
    report_id, at = let_go(city, body, ends)
    act(city, report_id, goes_on, at)
    hear(city)
    for later in (0, 1, 2):
        city.carry(later)
    assert (city.row().state, city.row().remote_id, len(body.posts)) == ("followed", "77", 1)


def test_hearing_of_it_twice_sends_it_once(city: City, body: Body) -> None:
    """A body that has it by now keeps it, and its number."""
    report_id, at = let_go(city, body)
    act(city, report_id, _dispute, at)
    for _ in range(2):
        _hear_all(city, report_id)
        assert city.row().state == "waiting"
    city.carry()
    taken = city.row()
    _hear_all(city, report_id)
    city.carry(1)
    again = city.row()
    assert (again.state, again.remote_id, again.due_at) == ("followed", "77", taken.due_at)
    assert len(body.posts) == 1


def _hear_all(city: City, report_id: UUID) -> None:
    """Let our reactions hear of every step and of a change, as often as this is called."""
    with Session(city.engine) as session:
        steps = session.scalars(
            sa.select(ReportEntry.id).where(ReportEntry.report_id == report_id)
        ).all()
    for step in steps:
        with unit_of_work(city.engine) as session:
            pass_on_moved(session, ReportMoved(report_id=report_id, entry_id=step, status=""))
    with unit_of_work(city.engine) as session:
        pass_on_photos(session, ReportChanged(report_id=report_id, what="withdraw_answer"))


@pytest.mark.parametrize("ends", [_settle, _reject, _join])
def test_what_stays_settled_or_hidden_stays_here(city: City, body: Body, ends: Act) -> None:
    report_id, _ = let_go(city, body, ends)
    _hear_all(city, report_id)
    city.carry()
    assert (city.row().state, body.posts) == ("ended", [])


@pytest.mark.parametrize("known", [{"remote_id": "77"}, {"token": "t1"}])
def test_what_a_body_has_had_is_not_sent_anew(
    city: City, body: Body, known: dict[str, str]
) -> None:
    report_id, at = let_go(city, body)
    with unit_of_work(city.engine) as session:
        session.execute(sa.update(Forwarding).values(**known))
    act(city, report_id, _dispute, at)
    hear(city)
    city.carry()
    assert (city.row().state, body.posts) == ("ended", [])


def test_one_that_may_be_there_is_looked_for_first(
    city: City, neighbour: Neighbour, wire: Wire
) -> None:
    """And the body then hears what was said here meanwhile."""
    city.send_to(f"http://127.0.0.1:{wire.port}/open311/v2", neighbour.key)
    wire.cuts.add("answer")
    report_id = city.tell()
    city.carry()
    (theirs,) = neighbour.reports()
    at = clock.now()
    act(city, report_id, _settle, at)
    hear(city)
    _rename(neighbour, "madang:", "unmarked:")
    city.carry(300)
    assert city.row().state == "ended"

    wire.cuts.clear()
    _rename(neighbour, "unmarked:", "madang:")
    act(city, report_id, _dispute, at)
    hear(city)
    assert city.row().state == "asked"
    city.carry(400)
    assert (city.row().state, city.row().remote_id) == ("followed", str(theirs.id))
    assert len(neighbour.reports()) == 1
    assert [one.word for one in city.words()] == ["OPEN"]


def _rename(neighbour: Neighbour, mark: str, by: str) -> None:
    """Let the neighbour's list show our mark, or something else in its place."""
    with unit_of_work(neighbour.engine) as session:
        text = sa.func.replace(Report.text, mark, by)
        session.execute(sa.update(Report).values(text=text))


def test_one_that_goes_on_while_it_is_looked_for_is_not_let_go(city: City, body: Body) -> None:
    """It is asked for once more at once, and sent."""
    body.answers |= {"POST requests.xml": (503, ""), "GET requests.xml": (200, NONE)}
    city.send_to(body.url, "k")
    report_id, at = city.tell(), clock.now()
    city.carry()
    assert city.row().state == "asked"
    act(city, report_id, _settle, at)

    def looks() -> Answer:
        body.answers["GET requests.xml"] = (200, NONE)
        act(city, report_id, _dispute, at)
        hear(city)
        return 200, NONE

    body.answers |= {"GET requests.xml": looks, "POST requests.xml": (200, TAKEN)}
    later = city.carry(300)
    assert city.row().state == "asked"
    assert city.row().due_at <= later + timedelta(seconds=1)
    city.carry(301)
    assert city.row().state == "followed"
    assert len(body.posts) == 2
