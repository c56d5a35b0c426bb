"""A report that is the same as another goes on in that one, and everyone is led there."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from participation.reports import actions, actions_merge, queries
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import audit
from services.db import Session
from services.errors import RefusedError
from tests.conftest import AT
from tests.flows.test_report_to_answer import report
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit, browser, deliver, notices
from tests.people import JUN, MINJI, SOYEON

addresses = taps.addresses


def opened(session: Session, *, held: bool = False) -> Report:
    new = actions.NewReport(
        category=Category.STREET_LIGHT,
        text="가로등이 꺼졌어요",
        lat=34.21,
        lon=127.91,
        idempotency_key=uuid4().hex,
        held=held,
    )
    return session.get_one(Report, actions.open_report(session, MINJI, new, at=AT))


def moved(session: Session, status: Status | None) -> Report:
    """Return a report of that status; without one, one that was joined into another."""
    if status is Status.HELD:
        return opened(session, held=True)
    made = opened(session)
    if status is None:
        actions_merge.merge_report(session, SOYEON, made, opened(session), at=AT)
    elif status is not Status.OPEN:
        actions.answer_report(session, SOYEON, made, status, "소식", at=AT)
    return made


@pytest.mark.parametrize("goal", [Status.HELD, Status.REJECTED, Status.FIXED, Status.CLOSED, None])
def test_only_what_is_public_and_waits_takes_another_in(
    session: Session, goal: Status | None
) -> None:
    made, into = opened(session), moved(session, goal)
    with pytest.raises(RefusedError):
        actions_merge.merge_report(session, SOYEON, made, into, at=AT)
    assert (made.status, made.merged_into) == ("open", None)


@pytest.mark.parametrize("now", [Status.HELD, Status.REJECTED, None])
def test_what_was_turned_down_or_joined_is_not_joined(session: Session, now: Status | None) -> None:
    with pytest.raises(RefusedError):
        actions_merge.merge_report(session, SOYEON, moved(session, now), opened(session), at=AT)


@pytest.mark.parametrize(
    "now", [Status.OPEN, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.FIXED, Status.CLOSED]
)
def test_what_is_public_is_joined_whatever_became_of_it(session: Session, now: Status) -> None:
    made, into = moved(session, now), opened(session)
    actions_merge.merge_report(session, SOYEON, made, into, at=AT + timedelta(days=1))
    assert (made.status, made.merged_into) == ("closed", into.id)
    assert queries.timeline(session, made.id)[-1].kind == "merged"


def test_what_was_joined_before_goes_on_in_the_last(session: Session) -> None:
    first, second, third = opened(session), opened(session), opened(session)
    actions_merge.merge_report(session, SOYEON, first, second, at=AT)
    actions_merge.merge_report(session, SOYEON, second, third, at=AT)
    session.refresh(first)
    assert first.merged_into == third.id


def test_the_trail_names_the_moderator_once_and_no_follower(session: Session) -> None:
    made, into = opened(session), opened(session)
    actions.follow_report(session, JUN, made, at=AT)
    session.commit()
    before = len(audit.latest(session))
    actions_merge.merge_report(session, SOYEON, made, into, at=AT)
    session.commit()
    rows = audit.latest(session)
    (row,) = rows[: len(rows) - before]
    assert (row.verb, row.actor_id) == ("merge_report", SOYEON.id)
    assert set(queries.followers_of(session, into.id)) == {MINJI.id, JUN.id}


def two(visit: Visit) -> tuple[str, str]:
    """Return a report of the water, and one of a lamp far from it that both follow."""
    far = {"lat": "34.30", "text": "맨홀에서 물이 솟아요", "category": "water"}
    into = report(visit, JUN, idempotency_key="tap-00000002", **far)
    return report(visit), into


def joined(visit: Visit, made: str, into: str, expect: int = 303) -> str:
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{made}")
    return pages.post(f"/console/reports/{made}/merge", expect, into=into).text


def test_a_crafted_post_is_refused_with_a_sentence(visit: Visit) -> None:
    made, into = two(visit)
    visit(SOYEON).post(f"/console/reports/{into}/reject", reason="얼굴이 보여요")
    assert "그 신고에는 합칠 수 없어요" in joined(visit, made, into, 409)


def test_its_page_leads_to_where_it_goes_on(visit: Visit) -> None:
    made, into = two(visit)
    joined(visit, made, into)
    page = visit(MINJI).get(f"/reports/{made}")
    assert f'href="/reports/{into}"' in page
    assert "다른 신고와 합쳤어요" in page
    assert f'action="/reports/{made}/follow"' not in page
    assert f'href="/console/reports/{into}"' in visit(SOYEON).get(f"/console/reports/{made}")


def test_followers_are_told_where_it_goes_on(visit: Visit, app: Flask) -> None:
    browser(app, MINJI)
    made, into = two(visit)
    visit(JUN).post(f"/reports/{made}/follow")
    joined(visit, made, into)
    deliver(app)
    (notice,) = [n["notification"] for n in notices(app)]
    assert notice["title"] == "다른 신고에서 이어져요"
    assert (notice["body"], notice["navigate"]) == ("맨홀에서 물이 솟아요", f"/reports/{into}")
    assert len(taps.letters(app)) == 1
    assert f"/reports/{into}" in taps.letters(app)[0]


@pytest.mark.parametrize("typed", ["솟아요", "https://city.example/reports/{id}", "{id}", "{hex}"])
def test_the_other_is_found_by_words_address_or_number(visit: Visit, typed: str) -> None:
    made, into = two(visit)
    words = typed.format(id=into, hex=into.replace("-", ""))
    pages = visit(SOYEON)
    assert f'name="into" value="{into}"' not in pages.get(f"/console/reports/{made}")
    page = pages.client.get(f"/console/reports/{made}", query_string={"same": words}).text
    assert f'name="into" value="{into}"' in page
    assert f'name="into" value="{made}"' not in page


def test_what_cannot_take_it_in_is_not_offered(visit: Visit) -> None:
    made, into = two(visit)
    visit(SOYEON).post(f"/console/reports/{into}/answer", status="fixed", text="끝")
    page = visit(SOYEON).get(f"/console/reports/{made}?same=%EB%AC%BC")
    assert 'name="into"' not in page
    assert "그런 말이 있는 열린 신고가 없어요" in page


def test_other_systems_read_that_it_ended(visit: Visit, app: Flask) -> None:
    made, into = two(visit)
    joined(visit, made, into)
    told = app.test_client().get("/open311/v2/servicerequestupdates.json").json
    assert told
    assert [(one["service_request_id"], one["status"]) for one in told] == [(made, "CLOSED")]
