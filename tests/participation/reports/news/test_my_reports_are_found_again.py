"""What one reported and what one follows is listed, for its reader alone."""

from collections.abc import Callable

from flask import Flask

from participation.reports import queries, queries_own
from participation.reports.actions import NewReport, open_report
from participation.reports.rules import Category
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from services.ids import parse_id
from tests.flows.test_closed_is_not_fixed import answer
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON, STRANGER

Visit = Callable[[Actor | None], Pages]
MADE, FOLLOWED = "/me/reports", "/me/reports?followed=1"


def tell(app: Flask, count: int) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        for number in range(count):
            told = NewReport(
                category=Category.LITTER,
                text=f"Bag {number:02}",
                lat=37.5,
                lon=127.0,
                idempotency_key=f"tap-{number:06}",
            )
            open_report(session, MINJI, told, at=clock.now())


def walked(app: Flask, who: Actor, whose: queries_own.Whose) -> list[str]:
    """Return the titles of a list, read page by page."""
    assert who.id is not None
    titles: list[str] = []
    after = None
    with Session(app.extensions["engine"]) as session:
        while True:
            cards, cursor = queries_own.reports_of(session, who.id, whose, after)
            titles += [card.title for card in cards]
            if cursor is None:
                return titles
            after = parse_id(cursor)


def test_a_report_is_found_as_soon_as_it_is_sent(visit: Visit) -> None:
    report_id = report(visit)
    assert report_id in visit(MINJI).get(MADE)
    assert report_id not in visit(MINJI).get(FOLLOWED)
    assert report_id not in visit(JUN).get(MADE)
    for page in ("/me", "/me/news"):
        assert 'href="/me/reports"' in visit(MINJI).get(page)


def test_what_one_follows_stands_in_a_list_of_its_own(visit: Visit) -> None:
    report_id = report(visit)
    jun = visit(JUN)
    assert "아직 지켜보는 신고가 없어요" in jun.get(FOLLOWED)
    jun.get(f"/reports/{report_id}")
    jun.post(f"/reports/{report_id}/follow")
    assert report_id in jun.get(FOLLOWED)
    assert "아직 신고한 것이 없어요" in jun.get(MADE)


def test_what_was_hidden_stays_its_reporters_alone(visit: Visit) -> None:
    report_id = report(visit)
    jun = visit(JUN)
    jun.get(f"/reports/{report_id}")
    jun.post(f"/reports/{report_id}/follow")
    answer(visit, report_id, "rejected")
    assert report_id in visit(MINJI).get(MADE)
    assert report_id not in jun.get(FOLLOWED)
    assert report_id not in visit(SOYEON).get(FOLLOWED)


def test_all_are_listed_once_newest_first_over_several_pages(app: Flask, visit: Visit) -> None:
    count = queries.PAGE * 2 + 3
    tell(app, count)
    assert walked(app, MINJI, "made") == [f"Bag {n:02}" for n in reversed(range(count))]
    assert walked(app, JUN, "made") == []
    first = visit(MINJI).get(MADE)
    assert 'rel="next"' in first
    assert "Bag 00" not in first


def test_an_odd_cursor_begins_anew_and_anothers_leads_nowhere_else(
    app: Flask, visit: Visit
) -> None:
    report_id = report(visit)
    tell(app, 2)
    for odd in ("x", "00000000-0000-0000-0000-000000000000"):
        assert report_id in visit(MINJI).get(f"{MADE}?after={odd}")
    assert "data-report=" not in visit(JUN).get(f"{FOLLOWED}&after={report_id}")


def test_a_stranger_is_asked_who_they_are(visit: Visit) -> None:
    answer = visit(STRANGER).client.get(MADE)
    assert answer.headers["Location"].startswith("/sign-in")


def test_home_tells_no_answer_that_was_given_before_one_followed(visit: Visit) -> None:
    report_id = report(visit)
    answer(visit, report_id, "acknowledged")
    jun = visit(JUN)
    jun.get(f"/reports/{report_id}")
    jun.post(f"/reports/{report_id}/follow")
    said = "시에서 답했어요"
    assert said not in jun.get("/")
    assert said in visit(MINJI).get("/")
    answer(visit, report_id, "in_progress")
    assert said in jun.get("/")
