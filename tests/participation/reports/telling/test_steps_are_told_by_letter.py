"""Who follows and has no browser with us gets a letter of every public step, and can stop them."""

import email
import email.policy
import re
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from participation.events.letters import LetterAwaited
from participation.reports import actions
from participation.reports.models import Report, ReportFollow
from participation.reports.promises.jobs import escalate_forgotten
from participation.reports.rules import Status
from participation.reports.telling.subscribers import Teller
from services import clock
from services.db import Session, unit_of_work
from services.letters import LetterOut, send_due
from tests.flows.test_closed_is_not_fixed import answer
from tests.flows.test_report_to_answer import report
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit, browser, deliver, notices
from tests.people import JUN, MINJI, SOYEON, TAEHO

addresses = taps.addresses
STOP = re.compile(r"/reports/stop/[\w-]+")


def out(app: Flask, to: str = "minji@example.org") -> list[LetterOut]:
    """Return the letters to an address, oldest first."""
    with Session(app.extensions["engine"]) as session:
        mine = sa.select(LetterOut).where(LetterOut.to == to)
        return list(session.scalars(mine.order_by(LetterOut.due_at)))


def stop_path(app: Flask) -> str:
    found = STOP.search(out(app)[-1].text)
    assert found
    return found[0]


@pytest.fixture
def report_id(visit: Visit, app: Flask) -> str:
    """A report of Minji's that the city works on, told to whom it is due."""
    made = report(visit)
    answer(visit, made, "in_progress")
    deliver(app)
    return made


def test_the_reporter_hears_of_a_step_with_its_words_and_a_way_out(
    report_id: str, app: Flask
) -> None:
    deliver(app)
    (letter,) = out(app)
    assert letter.subject == "처리 중: 가로등이 꺼졌어요"
    assert "고쳤어요" in letter.text
    assert f"/reports/{report_id}" in letter.text
    assert "/me/notifications" in letter.text
    headers = msgspec.json.decode(letter.headers)
    assert headers["List-Unsubscribe"].endswith(f"{stop_path(app)}>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_headers_leave_as_mail_programs_read_them(report_id: str, app: Flask) -> None:
    assert report_id
    settings = app.extensions["settings"]
    later = clock.now() + timedelta(seconds=40)
    send_due(app.extensions["engine"], settings, lambda: later)
    (path,) = [
        p for p in (settings.data_dir / "mail").iterdir() if b"List-Unsubscribe:" in p.read_bytes()
    ]
    raw = path.read_bytes()
    assert re.search(rb"^List-Unsubscribe: <http[^\s>]+/reports/stop/[\w-]+>$", raw, re.M)
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_each_public_step_is_told_once_and_a_note_never(
    report_id: str, visit: Visit, app: Flask
) -> None:
    answer(visit, report_id, "in_progress")
    visit(SOYEON).post(f"/console/reports/{report_id}/note", text="부품을 샀어요")
    deliver(app)
    assert len(out(app)) == 2


def test_who_has_a_browser_is_told_there_alone(visit: Visit, app: Flask) -> None:
    browser(app, MINJI)
    made = report(visit)
    answer(visit, made, "in_progress")
    deliver(app)
    assert out(app) == []
    assert len(notices(app)) == 1


def test_who_is_asked_is_not_told_besides(report_id: str, visit: Visit, app: Flask) -> None:
    answer(visit, report_id, "fixed")
    deliver(app)
    assert len(out(app)) == 2
    asking = out(app)[-1]
    assert "/reports/judge/" in asking.text
    assert "List-Unsubscribe" in asking.headers


def test_an_answer_taken_back_writes_no_letter(visit: Visit, app: Flask) -> None:
    made = report(visit)
    moderator = visit(SOYEON)
    moderator.get(f"/console/reports/{made}")
    moderator.post(f"/console/reports/{made}/answer", status="in_progress", text="앗")
    page = moderator.get(f"/console/reports/{made}")
    given = re.search(r'name="at" value="([^"]+)"', page)
    assert given
    moderator.post("/console/undo", at=given[1])
    deliver(app)
    assert out(app) == []


def test_what_is_turned_down_is_told_to_its_reporter_alone(visit: Visit, app: Flask) -> None:
    made = report(visit)
    visit(JUN).post(f"/reports/{made}/follow")
    visit(SOYEON).post(f"/console/reports/{made}/reject", reason="얼굴이 보여요")
    deliver(app)
    assert "얼굴이 보여요" in out(app)[0].text
    assert out(app, "jun@example.org") == []


def follows(app: Flask) -> bool:
    with Session(app.extensions["engine"]) as session:
        mine = sa.select(ReportFollow).where(ReportFollow.person_id == MINJI.id)
        return session.scalar(mine) is not None


def test_opening_the_link_stops_nothing(report_id: str, visit: Visit, app: Flask) -> None:
    assert report_id
    page = visit(None).get(stop_path(app))
    assert "가로등이 꺼졌어요" in page
    assert follows(app)


def test_a_mail_program_stops_it_with_one_post_and_no_sign_in(
    report_id: str, visit: Visit, app: Flask
) -> None:
    client, path = app.test_client(), stop_path(app)
    one_click = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        assert client.post(path, data=one_click).status_code == 200
    assert not follows(app)
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(Report.followers)).one() == 0
    answer(visit, report_id, "in_progress")
    deliver(app)
    assert out(app) == []


def test_a_link_is_good_for_its_own_report_and_person_alone(
    report_id: str, visit: Visit, app: Flask
) -> None:
    path = stop_path(app)
    assert report_id
    for odd in (path[:-1], path[:-3] + "AAA", path + "A", "/reports/stop/가", "/reports/stop/AAAA"):
        visit(None).get(odd, status=404)
        assert app.test_client().post(odd).status_code == 404
    assert follows(app)


def test_the_address_of_the_link_is_told_to_nobody(report_id: str, app: Flask) -> None:
    assert report_id
    answered = app.test_client().get(stop_path(app))
    assert answered.headers["Referrer-Policy"] == "no-referrer"
    assert answered.headers["Cache-Control"] == "no-store"


def test_letters_are_stopped_and_had_again_in_the_settings(
    report_id: str, visit: Visit, app: Flask
) -> None:
    pages = visit(MINJI)
    assert 'aria-checked="true" aria-labelledby="letters-title"' in pages.get("/me/notifications")
    pages.post("/reports/letters")
    assert 'aria-checked="false" aria-labelledby="letters-title"' in pages.get("/me/notifications")
    for status in ("in_progress", "fixed"):
        answer(visit, report_id, status)
        deliver(app)
    assert len(out(app)) == 1
    pages.post("/reports/letters", wanted="1")
    answer(visit, report_id, "closed")
    deliver(app)
    assert len(out(app)) == 2


def raised(app: Flask) -> None:
    """Let the day of the report be near, and the clerk look."""
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(Report).values(rises_at=clock.now() - timedelta(hours=1)))
        escalate_forgotten(session, clock.now())


def test_whose_desk_it_is_on_hears_once_that_its_day_is_near(visit: Visit, app: Flask) -> None:
    made = report(visit)
    browser(app, TAEHO)
    with unit_of_work(app.extensions["engine"]) as session:
        one = session.scalars(sa.select(Report)).one()
        actions.assign_report(session, SOYEON, one, TAEHO.id, at=clock.now())
    for _ in range(2):
        raised(app)
        deliver(app)
    (notice,) = notices(app)
    assert notice["notification"]["title"] == "약속한 날이 다가와요"
    assert notice["notification"]["navigate"] == f"/console/reports/{made}"


def test_what_is_on_no_desk_is_told_to_all_on_staff(visit: Visit, app: Flask) -> None:
    made = report(visit)
    person = sa.table("person", sa.column("id", sa.Uuid), sa.column("email"))
    with app.extensions["engine"].begin() as connection:
        mine = sa.update(person).where(person.c.id == SOYEON.id)
        connection.execute(mine.values(email="soyeon@example.org"))
    browser(app, TAEHO)
    raised(app)
    deliver(app)
    assert len(notices(app)) == 1
    (letter,) = out(app, "soyeon@example.org")
    assert f"/console/reports/{made}" in letter.text
    assert letter.headers == "{}"


def test_of_what_was_hidden_since_only_its_reporter_hears(report_id: str, app: Flask) -> None:
    assert JUN.id is not None
    assert MINJI.id is not None
    engine, settings = app.extensions["engine"], app.extensions["settings"]
    with unit_of_work(engine) as session:
        row = session.get_one(Report, UUID(report_id))
        actions.follow_report(session, JUN, row, at=clock.now())
        said = actions.answer_report(
            session, SOYEON, row, Status.ACKNOWLEDGED, "Kim did it", at=clock.now()
        )
        actions.reject_report(session, SOYEON, row, "It names somebody", at=clock.now())
    for who in (JUN.id, MINJI.id):
        with unit_of_work(engine) as session:
            Teller(settings).mail_step(session, LetterAwaited(entry_id=said, person_id=who))
    assert out(app, "jun@example.org") == []
    assert "Kim did it" in out(app)[-1].text
