"""Who follows a settled report says with one tap whether it is fixed, by a token of their own."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report, ReportEntry
from participation.reports.settling.models import ReportAsking
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from services.letters import LetterOut
from services.outbox import Dispatcher
from services.push import PushMessage, PushSubscription
from tests.flows.test_answers_are_taken_back import KEY
from tests.flows.test_closed_is_not_fixed import answer, settled
from tests.pages import Pages
from tests.people import JUN, MINJI

Visit = Callable[[Actor | None], Pages]
LINK = re.compile(r"/reports/judge/[\w-]{43}/(?:yes|no)")
JSON = {"Accept": "application/json"}


def deliver(app: Flask) -> None:
    """Deliver all that is due within the next half minute."""
    dispatcher = Dispatcher(app.extensions["engine"], app.extensions["registry"].subscriptions)
    later = clock.now() + timedelta(seconds=30)
    dispatcher.fan_out(later)
    while dispatcher.deliver_one(later):
        dispatcher.fan_out(later)


def browser(app: Flask, who: Actor) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        made = PushSubscription(person_id=who.id, p256dh=KEY, label="Chrome")
        made.endpoint, made.auth = f"https://push.example.org/{who.id}", "k3cX8ePz1Nw2uQhXn0oPgA"
        made.created_at = clock.now()
        session.add(made)


def notices(app: Flask) -> list[dict[str, Any]]:
    with Session(app.extensions["engine"]) as session:
        bodies = session.scalars(sa.select(PushMessage.body).order_by(PushMessage.due_at)).all()
        return [msgspec.json.decode(body) for body in bodies]


def letters(app: Flask) -> list[str]:
    with Session(app.extensions["engine"]) as session:
        rows = session.scalars(sa.select(LetterOut).order_by(LetterOut.due_at)).all()
        return [row.text for row in rows]


def links(app: Flask) -> dict[str, str]:
    """Return the two paths of the newest letter, by word."""
    return {path.rsplit("/", 1)[1]: path for path in LINK.findall(letters(app)[-1])}


def status_of(app: Flask) -> str:
    with Session(app.extensions["engine"]) as session:
        return session.scalars(sa.select(Report.status)).one()


@pytest.fixture(autouse=True)
def addresses(engine: sa.Engine) -> None:
    person = sa.table("person", sa.column("id", sa.Uuid), sa.column("email"))
    with engine.begin() as connection:
        for who, email in ((MINJI, "minji@example.org"), (JUN, "jun@example.org")):
            connection.execute(sa.update(person).where(person.c.id == who.id).values(email=email))


@pytest.fixture
def asked(visit: Visit, app: Flask) -> dict[str, str]:
    """Paths mailed to one of the two who follow a fixed report."""
    settled(visit)
    deliver(app)
    return links(app)


def test_who_has_no_browser_with_us_gets_one_letter_with_two_links(
    visit: Visit, app: Flask
) -> None:
    report_id = settled(visit)
    assert letters(app) == []
    deliver(app)
    deliver(app)
    assert len(letters(app)) == 2
    for text in letters(app):
        assert len(LINK.findall(text)) == 2
        assert f"/reports/{report_id}" in text
    assert notices(app) == []


def test_who_has_a_browser_gets_two_buttons_and_no_letter(visit: Visit, app: Flask) -> None:
    browser(app, MINJI)
    settled(visit)
    deliver(app)
    (notice,) = [n for n in notices(app) if "actions" in n["notification"]]
    shown = notice["notification"]
    assert [one["action"] for one in shown["actions"]] == ["yes", "no"]
    assert [one["title"] for one in shown["actions"]] == ["네, 해결됐어요", "아니요"]
    assert all(LINK.fullmatch(one["navigate"]) for one in shown["actions"])
    assert len(letters(app)) == 1


def test_opening_a_link_changes_nothing(asked: dict[str, str], visit: Visit, app: Flask) -> None:
    """Programs that read mail ahead of people open every link."""
    stranger = visit(None)
    for path in (*asked.values(), asked["yes"].rsplit("/", 1)[0]):
        for _ in range(3):
            assert "정말" in stranger.get(path)
            assert stranger.client.head(path).status_code == 200
            assert stranger.client.options(path).status_code == 200
    assert status_of(app) == "fixed"
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(ReportAsking.used_at)).all() == [None, None]


def test_a_no_from_the_letter_brings_it_back_with_a_new_promise(
    asked: dict[str, str], visit: Visit, app: Flask
) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.scalars(sa.select(Report)).one()
        row.due_at = clock.now() - timedelta(days=3)
    stranger = visit(None)
    stranger.get(asked["no"])
    done = stranger.post(asked["no"])
    page = stranger.get(done.headers["Location"])
    assert "계속 처리" in page
    assert status_of(app) == "disputed"
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(Report.due_at)).one() > clock.now()
        assert session.scalars(sa.select(Report.followers)).one() == 2


def test_a_yes_by_machine_is_answered_in_json_and_needs_no_form(
    asked: dict[str, str], app: Flask
) -> None:
    client = app.test_client()
    said = client.post(asked["yes"], headers=JSON)
    assert said.status_code == 200
    assert said.get_json()["title"] == "고마워요"
    assert LINK.match(said.get_json()["navigate"] + "/yes")
    with Session(app.extensions["engine"]) as session:
        entry = session.scalars(sa.select(ReportEntry).where(ReportEntry.kind == "confirmed")).one()
        assert entry.actor_id in (MINJI.id, JUN.id)


def test_a_fixed_report_that_is_closed_asks_nobody_again(visit: Visit, app: Flask) -> None:
    report_id = settled(visit)
    deliver(app)
    answer(visit, report_id, "closed")
    deliver(app)
    assert [len(LINK.findall(text)) for text in letters(app)] == [2, 2, 0, 0]


def test_an_answer_taken_back_asks_nobody(visit: Visit, app: Flask) -> None:
    report_id = settled(visit)
    with unit_of_work(app.extensions["engine"]) as session:
        entry = session.scalars(sa.select(ReportEntry).where(ReportEntry.kind == "answer")).one()
        entry.public = False
    deliver(app)
    assert letters(app) == []
    assert report_id


def test_what_staff_open_again_is_promised_anew_once_it_cannot_be_taken_back(
    visit: Visit, app: Flask
) -> None:
    report_id = settled(visit)
    past = clock.now() - timedelta(days=3)
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(Report).values(due_at=past))
    answer(visit, report_id, "open")
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(Report.due_at)).one() == past
    deliver(app)
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(Report.due_at)).one() > clock.now()
        assert session.scalars(sa.select(Report.followers)).one() == 2
