"""Who may not report may not judge either: not on the page, not by a token, not by an action."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks.models import ReportBlock
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.settling import actions as settling_actions
from participation.reports.settling.models import ReportAsking
from services import clock
from services.db import Session, unit_of_work
from services.errors import ForbiddenError
from services.outbox.events import OutboxEvent
from services.web import browsers
from tests.flows.test_closed_is_not_fixed import ASKED, settled
from tests.pages import Pages
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import JSON, Visit, deliver, status_of
from tests.people import JUN, MINJI, SOYEON

addresses, asked = taps.addresses, taps.asked
WHY = "욕설이 있어요"
PHONE = "d" * 64


def block(app: Flask, **whom: Any) -> None:
    """Lay a block on a person or on a browser, from a day ago until in a week."""
    since = clock.now() - timedelta(days=1)
    with unit_of_work(app.extensions["engine"]) as session:
        laid = ReportBlock(id=uuid4(), reason=WHY, since=since, until=since + timedelta(days=8))
        laid.by_id, laid.person_id = SOYEON.id, whom.get("person_id")
        laid.device = whom.get("device")
        session.add(laid)


def lift(app: Flask) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        (block_id,) = session.scalars(sa.select(ReportBlock.id)).all()
        blocks_actions.lift_block(session, SOYEON, block_id, at=clock.now())


def left_behind(app: Flask) -> tuple[Any, ...]:
    """Return all that a word leaves behind: what is told and sealed, and whose token is spent."""
    with Session(app.extensions["engine"]) as session:
        return (
            session.scalars(sa.select(Report.status)).one(),
            session.scalars(sa.select(Report.due_at)).one(),
            session.scalar(sa.select(sa.func.count()).select_from(ReportEntry)),
            session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent)),
            session.scalars(sa.select(ReportAsking.used_at)).all(),
            len(taps.letters(app)),
        )


def browser_of(app: Flask, pages: Pages) -> str:
    """Return how a browser is known, once it opened the form."""
    pages.get("/reports/new")
    cookie = pages.client.get_cookie("madang_device")
    assert cookie is not None
    with app.test_request_context(headers={"Cookie": f"madang_device={cookie.value}"}):
        return browsers.known()


def judge(pages: Pages, report_id: str, word: str, expect: int) -> str:
    path = f"/reports/{report_id}/judge"
    return pages.post(path, settled=word, text="아직 어두워요", expect=expect).text


@pytest.mark.parametrize("word", ["yes", "no"])
def test_a_blocked_person_does_not_judge_on_the_page(visit: Visit, app: Flask, word: str) -> None:
    report_id, jun = settled(visit), visit(JUN)
    block(app, person_id=JUN.id)
    page, before = jun.get(f"/reports/{report_id}"), left_behind(app)
    assert WHY in page
    assert ASKED not in page
    assert WHY in judge(jun, report_id, word, 403)
    deliver(app)
    assert left_behind(app)[:3] == before[:3]
    assert "아직 어두워요" not in visit(None).get(f"/reports/{report_id}")


def test_a_refused_word_leaves_nothing_and_nobody_is_told(
    asked: dict[str, str], visit: Visit, app: Flask
) -> None:
    for who in (MINJI, JUN):
        block(app, person_id=who.id)
    before = left_behind(app)
    with Session(app.extensions["engine"]) as session:
        report_id = str(session.scalars(sa.select(Report.id)).one())
    judge(visit(JUN), report_id, "no", 403)
    app.test_client().post(asked["no"], headers=JSON)
    deliver(app)
    assert left_behind(app) == before


def test_a_blocked_browser_does_not_judge_whoever_signs_in_there(visit: Visit, app: Flask) -> None:
    report_id, jun = settled(visit), visit(JUN)
    block(app, device=browser_of(app, jun))
    assert ASKED not in jun.get(f"/reports/{report_id}")
    assert WHY in judge(jun, report_id, "no", 403)
    assert status_of(app) == "fixed"
    elsewhere = visit(JUN)
    assert ASKED in elsewhere.get(f"/reports/{report_id}")
    judge(elsewhere, report_id, "no", 303)
    assert status_of(app) == "disputed"


@pytest.mark.parametrize(
    ("lang", "said"), [("ko", "지금은 신고할 수 없어요"), ("en", "You cannot")]
)
@pytest.mark.parametrize("word", ["yes", "no"])
def test_a_blocked_persons_token_says_why_instead(
    asked: dict[str, str], visit: Visit, app: Flask, word: str, lang: str, said: str
) -> None:
    for who in (MINJI, JUN):
        block(app, person_id=who.id)
    stranger = visit(None)
    stranger.client.set_cookie("lang", lang)
    looked, refused = stranger.get(asked[word]), stranger.post(asked[word], 403).text
    for page in (looked, refused):
        assert said in page
        assert WHY in page
        assert f'action="{asked[word]}"' not in page
    told = stranger.client.post(asked[word], headers=JSON)
    assert told.status_code == 403
    assert said in told.get_json()["title"]
    assert told.get_json()["navigate"] == asked[word].rsplit("/", 1)[0]
    assert status_of(app) == "fixed"


def test_a_blocked_browser_does_not_judge_by_a_token(
    asked: dict[str, str], visit: Visit, app: Flask
) -> None:
    pages = visit(JUN)
    block(app, device=browser_of(app, pages))
    assert WHY in pages.get(asked["no"])
    assert WHY in pages.post(asked["no"], 403).text
    assert status_of(app) == "fixed"
    assert app.test_client().post(asked["no"], headers=JSON).status_code == 200


def test_lifting_the_block_lets_them_judge_on_the_page(visit: Visit, app: Flask) -> None:
    report_id, jun = settled(visit), visit(JUN)
    block(app, person_id=JUN.id)
    judge(jun, report_id, "no", 403)
    lift(app)
    assert ASKED in jun.get(f"/reports/{report_id}")
    judge(jun, report_id, "no", 303)
    assert status_of(app) == "disputed"


def test_lifting_the_block_makes_the_token_good_again(
    asked: dict[str, str], visit: Visit, app: Flask
) -> None:
    pages = visit(JUN)
    block(app, device=browser_of(app, pages))
    pages.post(asked["no"], 403)
    lift(app)
    pages.post(asked["no"])
    assert status_of(app) == "disputed"


@pytest.mark.parametrize("given", [{"person_id": JUN.id}, {"device": PHONE}])
def test_no_way_in_goes_around_it(
    visit: Visit, app: Flask, session: Session, given: dict[str, Any]
) -> None:
    settled(visit)
    block(app, **given)
    report = session.scalars(sa.select(Report)).one()
    assert session.get(ReportFollow, (report.id, JUN.id)) is not None
    now = clock.now()
    with pytest.raises(ForbiddenError, match="blocked"):
        settling_actions.judge_report(session, JUN, report, "", settled=False, at=now, device=PHONE)
    ended = now + timedelta(days=8)
    settling_actions.judge_report(session, JUN, report, "", settled=False, at=ended, device=PHONE)


def test_judging_is_bounded_for_each_browser_whoever_signs_in_there(
    visit: Visit, app: Flask
) -> None:
    report_id, jun = settled(visit), visit(JUN)
    known = browser_of(app, jun)
    with app.app_context():
        for _ in range(60 * 100):
            app.extensions["limits"].count(f"judge:{known}", 3600)
    judge(jun, report_id, "no", 429)
    judge(visit(JUN), report_id, "no", 303)
