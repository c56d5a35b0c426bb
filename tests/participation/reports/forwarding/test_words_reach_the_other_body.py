"""Closed is not fixed, across the border: what people say here reaches the body, once."""

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa

from participation.reports import actions
from participation.reports.forwarding.waits import take
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import Status
from participation.reports.settling.actions import judge_report
from participation.reports.settling.actions_words import take_words_off
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.pages import Pages
from tests.participation.reports.forwarding.conftest import City, Neighbour, Wire
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    LIST,
    NO_LAMP,
    NONE,
    TAKEN,
    Body,
    body,
)
from tests.people import HANA, MINJI, SOYEON

__all__ = ["body"]
Visit = Callable[[Actor | None], Pages]
STILL = "Still dark at night"
HEARD = "POST servicerequestupdates.xml"
THANKS = "<service_request_updates/>"


def judge(city: City, *, settled: bool, text: str = STILL) -> None:
    with unit_of_work(city.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        judge_report(session, MINJI, report, text, settled=settled, at=clock.now())


def settled_there(city: City, neighbour: Neighbour, port: int) -> UUID:
    """Let a report go there, be fixed there, and be told of here; return its number there."""
    city.send_to(f"http://127.0.0.1:{port}/open311/v2", neighbour.key)
    city.tell()
    city.carry()
    neighbour.answer(Status.FIXED, "The lamp is new")
    city.carry(400)
    assert city.status() == "fixed"
    return neighbour.reports()[0].id


def told_there(neighbour: Neighbour) -> list[str]:
    with Session(neighbour.engine) as session:
        wanted = sa.select(ReportEntry.text).where(ReportEntry.kind == "disputed")
        return list(session.scalars(wanted))


def test_a_dispute_here_is_a_dispute_there(city: City, neighbour: Neighbour, wire: Wire) -> None:
    """The answer is lost at first: told again under the same name, it is heard once."""
    settled_there(city, neighbour, wire.port)
    judge(city, settled=False)
    wire.cuts.add("answer")
    city.pass_on()
    assert [(one.state, one.error) for one in city.words()] == [("waiting", "slow: ")]
    wire.cuts.clear()
    city.messenger.turn(city.words()[0].due_at)
    assert [one.state for one in city.words()] == ["told"]
    assert told_there(neighbour) == [STILL]
    assert neighbour.reports()[0].status == "disputed"
    # What comes back of it is our own word: here nothing moves.
    for later in (800, 1200):
        city.carry(later)
        city.pass_on(later)
    assert (city.status(), len(city.words())) == ("disputed", 1)

    neighbour.answer(Status.FIXED, "Now it shines")
    city.carry(1600)
    assert city.status() == "fixed"


def test_what_staff_open_again_is_open_there(city: City, neighbour: Neighbour) -> None:
    settled_there(city, neighbour, neighbour.port)
    with unit_of_work(city.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, report, Status.OPEN, "We saw it", at=clock.now())
    city.pass_on()
    assert told_there(neighbour) == ["We saw it"]


def taken(city: City, body: Body) -> None:
    """Let a body take a report and call it closed."""
    closed = "<request><service_request_id>77</service_request_id><status>closed</status></request>"
    body.answers = {
        "POST requests.xml": (200, TAKEN),
        "GET requests.xml": (200, LIST.format(closed)),
    }
    city.send_to(body.url, "k")
    city.tell()
    city.carry()
    city.carry(400)
    assert city.status() == "closed"
    body.posts.clear()


def test_what_is_told_names_nobody(city: City, body: Body) -> None:
    taken(city, body)
    body.answers[HEARD] = (200, THANKS)
    judge(city, settled=False, text="")
    city.pass_on()
    (sent,) = body.posts
    assert set(sent) == {
        *("api_key", "service_request_id", "update_id", "updated_datetime", "status"),
        "description",
    }
    assert (sent["api_key"], sent["service_request_id"], sent["status"]) == ("k", "77", "OPEN")
    assert sent["description"] == "이곳 사람들은 아직 해결되지 않았다고 해요."


def test_no_word_goes_out_of_what_was_hidden_since(city: City, body: Body) -> None:
    taken(city, body)
    body.answers[HEARD] = (503, "")
    judge(city, settled=False, text="Kim of flat 302 did it")
    city.pass_on()
    with unit_of_work(city.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        seen = Status.ACKNOWLEDGED
        actions.answer_report(session, SOYEON, report, seen, "", at=clock.now())
        actions.reject_report(session, SOYEON, report, "It names somebody", at=clock.now())
    body.answers[HEARD] = (200, THANKS)
    body.posts.clear()
    city.pass_on(9999)
    assert body.posts == []
    assert "waiting" not in [one.state for one in city.words()]


@pytest.mark.parametrize(
    ("settled", "told"),
    [(False, [("OPEN", "이곳 사람들은 아직 해결되지 않았다고 해요.")]), (True, [])],
)
def test_words_that_were_taken_off_since_go_nowhere(
    city: City, body: Body, settled: bool, told: list[tuple[str, str]]
) -> None:
    taken(city, body)
    body.answers[HEARD] = (503, "")
    judge(city, settled=settled, text="Kim of flat 302 did it")
    city.pass_on()
    with unit_of_work(city.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        said = sa.select(ReportEntry.id).where(ReportEntry.text == "Kim of flat 302 did it")
        take_words_off(session, SOYEON, report, session.scalars(said).one(), at=clock.now())
    body.answers[HEARD] = (200, THANKS)
    body.posts.clear()
    city.pass_on(9999)
    assert [(post["status"], post["description"]) for post in body.posts] == told
    assert "waiting" not in [one.state for one in city.words()]


@pytest.mark.parametrize(("text", "told"), [("", []), ("Thanks", [("FIXED", "Thanks")])])
def test_a_yes_is_passed_on_if_it_says_something(
    city: City, body: Body, text: str, told: list[tuple[str, str]]
) -> None:
    taken(city, body)
    body.answers[HEARD] = (200, THANKS)
    judge(city, settled=True, text=text)
    city.pass_on()
    city.pass_on()
    assert [(post["status"], post["description"]) for post in body.posts] == told


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        ((400, NO_LAMP), "refused", "refused: No lamp"),
        ((404, "<html>"), "refused", "refused: "),
        ((403, "<errors></errors>"), "waiting", "forbidden: "),
        ((503, "<html>"), "waiting", "broken: "),
        ((302, ""), "waiting", "moved: "),
    ],
)
def test_a_no_waits_for_an_operator_and_all_else_is_tried_again(
    city: City, body: Body, answer: tuple[int, str], state: str, error: str
) -> None:
    taken(city, body)
    body.answers[HEARD] = answer
    judge(city, settled=False)
    at = city.pass_on()
    (word,) = city.words()
    assert (word.state, word.error) == (state, error)
    # From the moment it failed, which is some milliseconds after the turn began.
    assert int((word.due_at - at).total_seconds()) == 2
    body.answers[HEARD] = (200, THANKS)
    city.messenger.turn(word.due_at)
    assert city.words()[0].state == ("told" if state == "waiting" else "refused")


def test_an_operator_tells_it_again(city: City, body: Body, desk: Pages) -> None:
    taken(city, body)
    body.answers[HEARD] = (400, NO_LAMP)
    judge(city, settled=False)
    city.pass_on()
    page = desk.get("/console/bodies")
    assert "전하는 중인 말" in page
    assert "No lamp" in page
    body.answers[HEARD] = (200, THANKS)
    desk.post(f"/console/bodies/words/{city.words()[0].id}/again")
    city.pass_on()
    assert city.words()[0].state == "told"
    assert "전하는 중인 말" not in desk.get("/console/bodies")


def test_a_messenger_that_was_killed_leaves_the_word_to_the_next(city: City, body: Body) -> None:
    """Its lease is all it leaves; when that lapses the word is told, under the same name."""
    taken(city, body)
    body.answers |= {HEARD: (200, THANKS), "GET requests.xml": (200, NONE)}
    judge(city, settled=False)
    city.pass_on(-60)
    at = clock.now()
    ((row, _),) = city.messenger._due(at)
    assert take(city.engine, row, at)
    city.messenger.turn(at)
    assert body.posts == []
    city.messenger.turn(city.words()[0].due_at)
    assert [post["update_id"] for post in body.posts] == [str(city.words()[0].entry_id)]


def test_a_word_waits_for_a_number_and_while_a_body_is_paused(city: City, body: Body) -> None:
    taken(city, body)
    body.answers[HEARD] = (200, THANKS)
    judge(city, settled=False)
    for hold, go in (
        ("UPDATE forwarding SET remote_id = NULL", "UPDATE forwarding SET remote_id = '77'"),
        ("UPDATE outside_body SET paused_at = made_at", "UPDATE outside_body SET paused_at = NULL"),
    ):
        with unit_of_work(city.engine) as session:
            session.execute(sa.text(hold))
        city.pass_on()
        assert body.posts == []
        with unit_of_work(city.engine) as session:
            session.execute(sa.text(go))
    city.pass_on()
    assert len(body.posts) == 1


@pytest.fixture
def desk(visit: Visit) -> Pages:
    pages = visit(HANA)
    pages.get("/console/bodies")
    return pages
