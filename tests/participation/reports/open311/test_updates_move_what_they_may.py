"""A word of another system acts where its key may and the life cycle leads; else it is a note."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports import actions
from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.models import Report, ReportEntry
from participation.reports.open311 import actions as open311_actions
from participation.reports.open311.rules import MOVE, SCOPES, WRITE, KeyScope
from participation.reports.routing.actions import add_team
from participation.reports.routing.models import Team
from participation.reports.rules import PUBLIC, SEVERITY, Category, Shelf, Status
from services import clock
from services.db import Session, unit_of_work
from services.errors import InvalidError
from tests.conftest import AT
from tests.people import HANA, SOYEON

BASE = "/open311/v2/"
NOTED = "Kept as a note"


class Desk:
    """A system with a key, and one report it may speak of."""

    def __init__(self, client: FlaskClient, engine: sa.Engine, key: str, number: str) -> None:
        self.client, self.engine, self.key, self.number = client, engine, key, number

    def say(self, status: str, text: str = "It is so", name: str = "") -> dict[str, Any]:
        told = {"api_key": self.key, "service_request_id": self.number, "status": status}
        told |= {"description": text, "update_id": name or uuid4().hex, "lang": "en"}
        answer = self.client.post(BASE + "servicerequestupdates.json", data=told)
        assert answer.status_code == 200, answer.data
        (row,) = json.loads(answer.data)
        return dict(row)

    def stands(self, status: Status) -> None:
        """Put the report where it is to be found, whatever way led there."""
        with unit_of_work(self.engine) as session:
            session.execute(sa.update(Report).values(status=status.value))

    def status(self) -> str:
        with Session(self.engine) as session:
            return session.scalars(sa.select(Report.status)).one()

    def said(self, kind: str) -> list[str]:
        with Session(self.engine) as session:
            wanted = sa.select(ReportEntry.text).where(ReportEntry.kind == kind)
            return list(session.scalars(wanted.order_by(ReportEntry.at)))


def issued(engine: sa.Engine, scope: KeyScope) -> str:
    with unit_of_work(engine) as session:
        return open311_actions.issue_key(session, HANA, uuid4().hex, at=AT, scope=scope)


def told(client: FlaskClient, lamp: dict[str, Any], key: str) -> str:
    answer = client.post(BASE + "requests.json", data=lamp | {"api_key": key})
    return str(json.loads(answer.data)[0]["service_request_id"])


@pytest.fixture
def teller(client: FlaskClient, engine: sa.Engine, lamp: dict[str, Any]) -> Desk:
    """The system that told of the report, with a key that may move it."""
    key = issued(engine, KeyScope(SCOPES))
    return Desk(client, engine, key, told(client, lamp, key))


@pytest.fixture
def holder(client: FlaskClient, engine: sa.Engine, lamp: dict[str, Any], key: str) -> Desk:
    """The body whose team has the report that another system told of."""
    number = told(client, lamp, key)
    with unit_of_work(engine) as session:
        team = add_team(session, HANA, "Lamp works", "Night shift", at=AT)
        body_id = session.scalars(sa.select(Team.body_id).where(Team.id == team)).one()
        session.execute(sa.update(Report).values(team_id=team))
    return Desk(client, engine, issued(engine, KeyScope(SCOPES, (), body_id)), number)


@pytest.mark.parametrize("word", ["OPEN", "open", "REOPENED"])
@pytest.mark.parametrize("status", [Status.FIXED, Status.CLOSED])
def test_who_told_of_it_disputes_a_settling(teller: Desk, status: Status, word: str) -> None:
    teller.stands(status)
    answered = teller.say(word, "Still dark", "7")
    assert (answered["status"], answered["service_notice"]) == ("OPEN", None)
    assert teller.status() == "disputed"
    assert teller.said("disputed") == ["Still dark"]
    with Session(teller.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        assert report.ended_at is None
        assert report.due_at > report.rises_at > clock.now()
        assert report.shelf == Shelf.WAITS
        assert report.severity == SEVERITY[Category.STREET_LIGHT]
    heard = json.loads(teller.client.get(BASE + "servicerequestupdates.json").data)
    assert (heard[-1]["status"], heard[-1]["description"]) == ("OPEN", "Still dark")
    assert teller.say(word, "Still dark", "7") == answered
    assert teller.said("disputed") == ["Still dark"]


@pytest.mark.parametrize("word", ["FIXED", "ODD"])
@pytest.mark.parametrize("status", sorted(PUBLIC))
def test_any_other_word_of_who_told_of_it_is_a_note(
    teller: Desk, status: Status, word: str
) -> None:
    teller.stands(status)
    assert NOTED in teller.say(word)["service_notice"]
    assert (teller.status(), teller.said("note")) == (status.value, ["It is so"])


def test_open_where_nothing_is_settled_is_a_note(teller: Desk) -> None:
    assert NOTED in teller.say("OPEN")["service_notice"]
    assert (teller.status(), teller.said("disputed")) == ("open", [])


def test_a_key_without_that_scope_moves_nothing(
    client: FlaskClient, engine: sa.Engine, lamp: dict[str, Any], key: str
) -> None:
    desk = Desk(client, engine, key, told(client, lamp, key))
    desk.stands(Status.FIXED)
    assert NOTED in desk.say("OPEN")["service_notice"]
    assert desk.status() == "fixed"


def test_others_dispute_nothing_and_answer_nothing(teller: Desk, holder: Desk) -> None:
    other = Desk(teller.client, teller.engine, teller.key, holder.number)
    with unit_of_work(teller.engine) as session:
        session.execute(sa.update(Report).values(status="fixed"))
    assert NOTED in other.say("OPEN")["service_notice"]
    assert NOTED in other.say("CLOSED")["service_notice"]


@pytest.mark.parametrize(
    ("now", "word", "then"),
    [
        (Status.OPEN, "INVESTIGATING", Status.ACKNOWLEDGED),
        (Status.OPEN, "FIXED", Status.FIXED),
        (Status.IN_PROGRESS, "NO_FURTHER_ACTION", Status.CLOSED),
        (Status.DISPUTED, "FIXED", Status.FIXED),
        (Status.FIXED, "REOPENED", Status.OPEN),
        (Status.IN_PROGRESS, "IN_PROGRESS", Status.IN_PROGRESS),
    ],
)
def test_the_body_that_has_it_answers(holder: Desk, now: Status, word: str, then: Status) -> None:
    holder.stands(now)
    answered = holder.say(word, "New bulb", "9")
    assert answered["service_notice"] is None
    assert (holder.status(), holder.said("answer")) == (then.value, ["New bulb"])
    assert holder.say(word, "New bulb", "9") == answered
    assert holder.said("answer") == ["New bulb"]


@pytest.mark.parametrize(
    ("now", "word"),
    [(Status.ACKNOWLEDGED, "OPEN"), (Status.CLOSED, "FIXED"), (Status.FIXED, "IN_PROGRESS")],
)
def test_where_the_life_cycle_does_not_lead_it_is_a_note(
    holder: Desk, now: Status, word: str
) -> None:
    holder.stands(now)
    assert NOTED in holder.say(word)["service_notice"]
    assert (holder.status(), holder.said("answer")) == (now.value, [])


def test_a_body_a_report_was_sent_on_to_answers_too(teller: Desk) -> None:
    with unit_of_work(teller.engine) as session:
        team = add_team(session, HANA, "Water works", "Pipes", at=AT)
        body_id = session.scalars(sa.select(Team.body_id).where(Team.id == team)).one()
        outside = OutsideBody(id=uuid4(), name="W", url="https://w.example.org", made_at=AT)
        outside.body_id = body_id
        session.add(outside)
        session.flush()
        sent = Forwarding(report_id=UUID(teller.number), body_id=outside.id, service_code="w")
        sent.state, sent.due_at, sent.made_at, sent.remote_id = "followed", AT, AT, "77"
        session.add(sent)
    desk = Desk(
        teller.client,
        teller.engine,
        issued(teller.engine, KeyScope(SCOPES, (), body_id)),
        teller.number,
    )
    desk.say("FIXED", "No leak any more")
    assert (desk.status(), desk.said("answer")) == ("fixed", ["No leak any more"])


def test_what_was_joined_is_not_moved(teller: Desk) -> None:
    with unit_of_work(teller.engine) as session:
        session.execute(sa.update(Report).values(status="closed", merged_into=Report.id))
    assert NOTED in teller.say("OPEN")["service_notice"]
    assert teller.status() == "closed"


def test_a_hidden_one_is_not_known(teller: Desk, engine: sa.Engine) -> None:
    with unit_of_work(engine) as session:
        report = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, report, Status.REJECTED, "No", at=clock.now())
    sent = {"api_key": teller.key, "service_request_id": teller.number, "status": "OPEN"}
    answer = teller.client.post(
        BASE + "servicerequestupdates.json", data=sent | {"description": "x"}
    )
    assert answer.status_code == 404


def test_a_key_for_a_body_nobody_knows_is_not_made(engine: sa.Engine) -> None:
    with pytest.raises(InvalidError):
        issued(engine, KeyScope((WRITE, MOVE), (), uuid4()))
