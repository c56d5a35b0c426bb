"""Who erases a blocked account and comes back with its address is blocked as before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions as accounts
from participation.accounts.actions_identity import admit_identity
from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks import queries as blocks_queries
from participation.reports.blocks.models import ReportBlock
from participation.reports.models import Report
from services import clock
from services.auth import STRANGER, Actor
from services.auth.claims import Identity
from services.db import Session, unit_of_work
from tests.participation.reports.blocks.test_blocks import NEW, PHONE
from tests.participation.reports.settling.test_one_tap import Visit, deliver
from tests.people import SOYEON

ADDRESS = "lee@example.org"


def joined(app: Flask, email: str | None = ADDRESS) -> Actor:
    """Let someone join, and the city hear of it."""
    with unit_of_work(app.extensions["engine"]) as session:
        who = Actor(accounts.join(session, STRANGER, "이웃", email, at=clock.now()))
    deliver(app)
    return who


def blocked(app: Flask, who: Actor, days: int = 30) -> None:
    now = clock.now()
    with unit_of_work(app.extensions["engine"]) as session:
        report_id = blocks_actions.take_report(session, who, NEW, PHONE, at=now)
        report = session.get_one(Report, report_id)
        blocks_actions.block_reporter(session, SOYEON, report, "욕설", ("person", days), at=now)


def came_by_provider(app: Flask, subject: str, email: str | None = None) -> Actor:
    """Let someone come in by the identity provider, and the city hear of it."""
    told = Identity("https://id.example", subject, "Lee", email, frozenset(), frozenset())
    with unit_of_work(app.extensions["engine"]) as session:
        who = Actor(admit_identity(session, STRANGER, told, at=clock.now()))
    deliver(app)
    return who


def holds_on(app: Flask, who: Actor) -> bool:
    with Session(app.extensions["engine"]) as session:
        return blocks_queries.block_on(session, who.id, "", clock.now()) is not None


def rows(app: Flask) -> list[ReportBlock]:
    with Session(app.extensions["engine"]) as session:
        return list(session.scalars(sa.select(ReportBlock)))


def left(app: Flask, visit: Visit) -> None:
    """Let someone be blocked, and erase their account on its page."""
    who = joined(app)
    blocked(app, who)
    visit(who).post("/me/erase")


def test_who_comes_back_with_the_address_is_blocked(app: Flask, visit: Visit) -> None:
    left(app, visit)
    again = joined(app)
    assert holds_on(app, again)
    assert "욕설" in visit(again).get("/reports/new", 403)
    visit(again).post("/me/erase")
    assert holds_on(app, joined(app))


def test_what_is_kept_meanwhile_names_nobody(app: Flask, visit: Visit) -> None:
    left(app, visit)
    (row,) = rows(app)
    assert (row.person_id, row.device) == (None, None)
    assert ADDRESS not in str(row.address_hash)
    assert len(str(row.address_hash)) == 64
    assert "계정을 지운 사람" in visit(SOYEON).get("/console/blocks")


def test_another_address_is_free(app: Flask, visit: Visit) -> None:
    left(app, visit)
    assert not holds_on(app, joined(app, "other@example.org"))
    assert not holds_on(app, joined(app, None))


def test_it_ends_when_it_was_to_end_and_is_forgotten(app: Flask, visit: Visit) -> None:
    left(app, visit)
    engine = app.extensions["engine"]
    for days, kept in ((29, 1), (30, 0)):
        with unit_of_work(engine) as session:
            later = clock.now() + timedelta(days=days, seconds=1)
            blocks_actions.forget_blocks(session, STRANGER, at=later)
        assert len(rows(app)) == kept


@pytest.mark.parametrize("ends", ["lifted", "past"])
def test_one_that_holds_no_more_goes_with_the_account(app: Flask, visit: Visit, ends: str) -> None:
    who = joined(app)
    blocked(app, who)
    with unit_of_work(app.extensions["engine"]) as session:
        row = session.scalars(sa.select(ReportBlock)).one()
        if ends == "lifted":
            blocks_actions.lift_block(session, SOYEON, row.id, at=clock.now())
        else:
            row.since = row.until = clock.now() - timedelta(days=1)
    visit(who).post("/me/erase")
    assert rows(app) == []


def test_one_lifted_meanwhile_does_not_come_back(app: Flask, visit: Visit) -> None:
    left(app, visit)
    (row,) = rows(app)
    visit(SOYEON).post(f"/console/blocks/{row.id}/lift")
    assert not holds_on(app, joined(app))


@pytest.mark.parametrize("before", [None, ADDRESS])
def test_who_comes_back_through_the_provider_is_blocked(
    app: Flask, visit: Visit, before: str | None
) -> None:
    who = came_by_provider(app, "sub-1", before)
    blocked(app, who)
    visit(who).post("/me/erase")
    assert not holds_on(app, came_by_provider(app, "sub-2"))
    again = came_by_provider(app, "sub-1")
    assert again != who
    assert holds_on(app, again)
    assert "욕설" in visit(again).get("/reports/new", 403)
    (row,) = rows(app)
    assert (row.address_hash, row.identity_hash) == (None, None)


def test_a_subject_is_kept_as_little_as_an_address(app: Flask, visit: Visit) -> None:
    who = came_by_provider(app, "sub-1")
    blocked(app, who)
    visit(who).post("/me/erase")
    (row,) = rows(app)
    assert "sub-1" not in str(row.identity_hash)
    assert (row.person_id, row.address_hash, len(str(row.identity_hash))) == (None, None, 64)
    with unit_of_work(app.extensions["engine"]) as session:
        later = clock.now() + timedelta(days=30, seconds=1)
        blocks_actions.forget_blocks(session, STRANGER, at=later)
    assert rows(app) == []
