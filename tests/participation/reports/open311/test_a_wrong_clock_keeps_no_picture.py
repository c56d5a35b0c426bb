"""A picture that was named, or put off, while a clock was ahead is fetched once it is right."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from participation.reports import actions
from participation.reports.forwarding.models import OutsidePicture
from participation.reports.open311.jobs import LEASE, TRIES, ahead, wait_after
from participation.reports.rules import Category
from services.clock import SKEW
from services.db import Session
from tests.conftest import AT
from tests.people import MINJI

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def waits_too_long(session: Session, tries: int, wait: timedelta) -> bool:
    new = actions.NewReport(
        category=Category.LITTER, text="봉투", lat=34.25, lon=127.95, idempotency_key=uuid4().hex
    )
    key = actions.open_report(session, MINJI, new, at=AT)
    session.add(
        OutsidePicture(report_id=key, url="https://a.example/1", due_at=AT + wait, tries=tries)
    )
    session.flush()
    found = sa.select(sa.func.count()).where(OutsidePicture.report_id == key, ahead(AT))
    return session.scalar(found) == 1


@pytest.mark.parametrize("tries", range(TRIES + 1))
def test_it_waits_as_long_as_it_can_and_no_longer(session: Session, tries: int) -> None:
    longest = max(LEASE, wait_after(tries))
    assert not waits_too_long(session, tries, longest + SKEW)
    assert waits_too_long(session, tries, longest + SKEW + MINUTE)


@pytest.mark.parametrize("wrong", [4 * MINUTE, HOUR, 24 * HOUR])
def test_a_new_one_is_fetched_soon(session: Session, wrong: timedelta) -> None:
    assert waits_too_long(session, 0, wrong)
