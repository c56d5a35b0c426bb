"""What looks odd and who is new is held back for a look, for reasons that can be told apart."""

from datetime import timedelta

import msgspec
import pytest

from participation.accounts import actions as accounts
from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks.rules import Past, Signs, Why, why_wait
from participation.reports.models import Report
from participation.reports.rules import Status
from services.auth import STRANGER, Actor
from services.db import Session
from tests.conftest import AT
from tests.participation.reports.blocks.newcomers import LEAK, STRICT, held
from tests.people import MINJI, SOYEON, TAEHO

EARLIER = timedelta(minutes=1)


def test_after_one_was_accepted_nothing_waits_any_more(session: Session) -> None:
    report = held(session)
    assert report.reporter_id is not None
    who = Actor(report.reporter_id)
    blocks_actions.let_through(session, SOYEON, [report], at=AT)
    again = msgspec.structs.replace(LEAK, idempotency_key="tap-00000002")
    next_id = blocks_actions.take_report(session, who, again, STRICT, at=AT)
    assert session.get_one(Report, next_id).status == Status.OPEN


def test_staff_never_wait(session: Session) -> None:
    report_id = blocks_actions.take_report(session, TAEHO, LEAK, Signs(trapped=True), at=AT)
    assert session.get_one(Report, report_id).status == Status.OPEN


@pytest.mark.parametrize(
    ("signs", "past", "why"),
    [
        (Signs(), Past(), None),
        (Signs(trapped=True), Past(), Why.TRAP),
        (Signs(stamped=True, opened_at=AT - timedelta(seconds=1)), Past(), Why.FAST),
        (Signs(stamped=True, opened_at=AT - timedelta(seconds=3)), Past(), None),
        (Signs(stamped=True, opened_at=AT - timedelta(days=40)), Past(), None),
        # By a clock that was ahead.
        (Signs(stamped=True, opened_at=AT + timedelta(hours=1)), Past(), None),
        (Signs(stamped=True, opened_at=AT), Past(), Why.FAST),
        (Signs(stamped=True, opened_at=None), Past(), Why.FAST),
        (Signs(strict=True), Past(trusted=True), Why.FAST),
        (STRICT, Past(since=AT), Why.FIRST),
        (STRICT, Past(since=AT, trusted=True), None),
        (STRICT, Past(since=AT - timedelta(days=8)), None),
        (Signs(), Past(crowd=5, people=2), Why.CROWD),
        (Signs(), Past(crowd=7, people=3), None),
        (Signs(), Past(crowd=8, people=3), Why.CROWD),
        (Signs(), Past(since=AT, young=2), None),
        (Signs(), Past(since=AT, young=3), Why.SWARM),
        (Signs(), Past(since=AT, trusted=True, young=3), None),
        (Signs(), Past(since=AT - timedelta(days=8), young=3), None),
        (Signs(), Past(since=AT, of_device=1), None),
        (Signs(), Past(since=AT, of_device=2), Why.SWARM),
        (Signs(), Past(crowd=4, people=1), None),
    ],
)
def test_why_a_report_waits(signs: Signs, past: Past, why: Why | None) -> None:
    assert why_wait(signs, past, AT) == why


def test_many_on_one_spot_by_one_person_wait_and_are_not_refused(session: Session) -> None:
    signs = Signs(stamped=True, opened_at=AT - timedelta(minutes=1))
    states = []
    for n in range(7):
        new = msgspec.structs.replace(LEAK, idempotency_key=f"tap-1000000{n}")
        report_id = blocks_actions.take_report(session, MINJI, new, signs, at=AT)
        states.append(session.get_one(Report, report_id).status)
    assert states == ["open"] * 5 + ["held"] * 2


def swarm(session: Session, device: str, count: int, north: float = 0.0) -> list[str]:
    """Let `count` new accounts report around one spot, each once; return the states."""
    states = []
    for n in range(count):
        key = f"{n}{device[:1]}{north}".replace(".", "-")
        who = Actor(accounts.join(session, STRANGER, "새 이웃", f"{key}@example.org", at=AT))
        told = {"idempotency_key": f"swarm-{key}", "lat": 34.21 + north + n * 0.0002}
        signs = Signs(device=device and f"{device}" * 64, stamped=True, opened_at=AT - EARLIER)
        later = AT + timedelta(hours=n)
        new = msgspec.structs.replace(LEAK, **told)
        report_id = blocks_actions.take_report(session, who, new, signs, at=later)
        states.append(session.get_one(Report, report_id).status)
    return states


def test_the_fourth_new_account_around_one_spot_in_a_day_waits(session: Session) -> None:
    assert swarm(session, "", 5) == ["open"] * 3 + ["held"] * 2
    # Elsewhere they are neighbours like any other.
    assert swarm(session, "", 3, north=0.1) == ["open"] * 3


def test_the_third_account_of_one_browser_around_one_spot_waits(session: Session) -> None:
    assert swarm(session, "e", 3) == ["open"] * 2 + ["held"]
