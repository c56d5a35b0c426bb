"""A token is good for one word of one person about one settling, for 28 days, and for no more."""

import re
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from participation.reports import actions
from participation.reports.models import Report, ReportEntry
from participation.reports.settling import actions as settling_actions
from participation.reports.settling import queries as settling_queries
from participation.reports.settling.models import ReportAsking
from services import clock
from services.db import Session, unit_of_work
from services.tokens import hash_of
from tests.flows.test_closed_is_not_fixed import answer, settled
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import (
    JSON,
    Visit,
    deliver,
    letters,
    links,
    status_of,
)
from tests.people import JUN, MINJI, SOYEON

addresses, asked = taps.addresses, taps.asked


def test_a_token_is_good_for_one_word(asked: dict[str, str], app: Flask) -> None:
    client = app.test_client()
    assert client.post(asked["yes"], headers=JSON).status_code == 200
    for word in ("no", "yes", "no"):
        second = client.post(asked[word], headers=JSON)
        assert second.status_code == 409
        assert second.get_json()["body"]
    assert status_of(app) == "fixed"
    with Session(app.extensions["engine"]) as session:
        said = sa.select(ReportEntry).where(ReportEntry.kind.in_(("confirmed", "disputed")))
        assert len(session.scalars(said).all()) == 1


def test_a_token_is_kept_as_a_hash_alone(asked: dict[str, str], app: Flask) -> None:
    token = asked["yes"].split("/")[3]
    with Session(app.extensions["engine"]) as session:
        hashes = session.scalars(sa.select(ReportAsking.token_hash)).all()
    assert token not in hashes
    assert hash_of(token) in hashes


def test_no_address_with_a_token_is_told_to_another_page(asked: dict[str, str], app: Flask) -> None:
    client = app.test_client()
    for answered in (
        client.get(asked["yes"]),
        client.post(asked["yes"]),
        client.get("/reports/judge/x"),
    ):
        assert answered.headers["Referrer-Policy"] == "no-referrer"
        assert answered.headers["Cache-Control"] == "no-store"


def test_after_28_days_it_is_worth_nothing(asked: dict[str, str], visit: Visit, app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        for row in session.scalars(sa.select(ReportAsking)):
            assert row.expires_at - row.asked_at == timedelta(days=28)
            row.expires_at = clock.now()
    assert app.test_client().post(asked["no"], headers=JSON).status_code == 409
    assert status_of(app) == "fixed"
    assert "더는 묻지 않아요" in visit(None).get(asked["no"])


def test_an_old_token_says_nothing_of_a_later_settling(
    asked: dict[str, str], visit: Visit, app: Flask
) -> None:
    with Session(app.extensions["engine"]) as session:
        report_id = str(session.scalars(sa.select(Report.id)).one())
    answer(visit, report_id, "open")
    assert app.test_client().post(asked["no"], headers=JSON).status_code == 409
    answer(visit, report_id, "fixed")
    assert app.test_client().post(asked["no"], headers=JSON).status_code == 409
    assert status_of(app) == "fixed"
    deliver(app)
    assert app.test_client().post(links(app)["no"], headers=JSON).status_code == 200
    assert status_of(app) == "disputed"


def test_who_spoke_on_the_page_is_asked_by_nobody_and_their_token_is_spent(
    asked: dict[str, str], visit: Visit, app: Flask
) -> None:
    with Session(app.extensions["engine"]) as session:
        report_id = str(session.scalars(sa.select(Report.id)).one())
    for who in (MINJI, JUN):
        pages = visit(who)
        pages.get(f"/reports/{report_id}")
        pages.post(f"/reports/{report_id}/judge", settled="yes")
    assert app.test_client().post(asked["no"], headers=JSON).status_code == 409
    assert status_of(app) == "fixed"


def test_guessing_ends_soon(app: Flask) -> None:
    client = app.test_client()
    bound = 60 * 100
    with app.app_context():
        for _ in range(bound):
            app.extensions["limits"].count("judge-tap:127.0.0.1", 600)
    assert client.post(f"/reports/judge/{'a' * 43}/yes").status_code == 429


def test_a_letter_that_is_repeated_leaves_one_good_token(visit: Visit, app: Flask) -> None:
    settled(visit)
    deliver(app)
    first = links(app)["yes"]
    with unit_of_work(app.extensions["engine"]) as session:
        asking = settling_queries.asking_by(session, first.split("/")[3])
        fresh = settling_actions.renew_asking(session, MINJI, asking, at=clock.now())
    assert app.test_client().post(first, headers=JSON).status_code == 404
    path = f"/reports/judge/{fresh}/yes"
    assert app.test_client().post(path, headers=JSON).status_code == 200


def test_what_was_hidden_since_is_told_to_its_reporter_alone(
    asked: dict[str, str], visit: Visit, app: Flask
) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        report_id = str(session.scalars(sa.select(Report.id)).one())
        tokens = {
            row.person_id: settling_actions.renew_asking(session, MINJI, row, at=clock.now())
            for row in session.scalars(sa.select(ReportAsking)).all()
        }
    answer(visit, report_id, "open")
    moderator = visit(SOYEON)
    moderator.get(f"/console/reports/{report_id}")
    moderator.post(f"/console/reports/{report_id}/reject", reason="An address is in it")
    visit(None).get(f"/reports/{report_id}", 404)
    visit(None).get(f"/reports/judge/{tokens[MINJI.id]}")
    visit(None).get(f"/reports/judge/{tokens[JUN.id]}", 404)
    visit(None).get(f"/reports/judge/{tokens[JUN.id]}/yes", 404)


def test_of_what_was_hidden_since_nobody_is_asked(asked: dict[str, str], app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.scalars(sa.select(Report)).one()
        actions.reject_report(session, SOYEON, row, "It names somebody", at=clock.now())
    for word in ("no", "yes"):
        assert app.test_client().post(asked[word], headers=JSON).status_code == 409
    assert status_of(app) == "rejected"


def test_who_wants_to_hear_no_more_is_asked_no_more(
    asked: dict[str, str], visit: Visit, app: Flask
) -> None:
    stop = re.search(r"/reports/stop/\S+", letters(app)[-1])
    assert stop
    stranger = visit(None)
    stranger.get(stop[0])
    stranger.post(stop[0], expect=200)
    page = stranger.get(asked["no"])
    assert "이제 더는 묻지 않아요" in page
    assert f'action="{asked["no"]}"' not in page
    back = stranger.post(asked["no"]).headers["Location"]
    assert "이제 더는 묻지 않아요" in stranger.get(back)
    assert status_of(app) == "fixed"
