"""A block has a reason its person reads, an end that comes by itself, and a way to object."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports import actions
from participation.reports.actions import NewReport
from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks import queries as blocks_queries
from participation.reports.blocks.models import ReportBlock
from participation.reports.blocks.rules import Signs
from participation.reports.models import Report
from participation.reports.rules import Category
from services import audit, clock
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tests.conftest import AT
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON, TAEHO

NEW = NewReport(
    category=Category.LITTER,
    text="봉투가 쌓여 있어요",
    lat=34.21,
    lon=127.91,
    idempotency_key="tap-00000001",
)
PHONE = Signs(device="d" * 64)


def sent(session: Session, who: Actor = MINJI) -> Report:
    return session.get_one(Report, blocks_actions.take_report(session, who, NEW, PHONE, at=AT))


def test_a_blocked_person_cannot_report_until_the_end_comes(session: Session) -> None:
    report = sent(session)
    blocks_actions.block_reporter(session, SOYEON, report, "욕설이 있어요", ("person", 7), at=AT)
    again = msgspec.structs.replace(NEW, idempotency_key="tap-00000002")
    with pytest.raises(ForbiddenError):
        blocks_actions.take_report(
            session, MINJI, again, Signs(), at=AT + timedelta(days=7, seconds=-1)
        )
    ended = AT + timedelta(days=7)
    blocks_actions.take_report(session, MINJI, again, Signs(), at=ended)
    assert blocks_queries.block_on(session, MINJI.id, "", ended) is None


def test_a_blocked_browser_is_blocked_whoever_signs_in_there(session: Session) -> None:
    report = sent(session)
    blocks_actions.block_reporter(session, SOYEON, report, "장난이에요", ("device", 1), at=AT)
    with pytest.raises(ForbiddenError):
        blocks_actions.take_report(session, JUN, NEW, PHONE, at=AT)
    assert blocks_queries.block_on(session, MINJI.id, "", AT) is None


def test_a_block_is_lifted_early_and_every_step_is_on_record(session: Session) -> None:
    report = sent(session)
    block_id = blocks_actions.block_reporter(session, SOYEON, report, "욕설", ("person", 30), at=AT)
    lifted = AT + timedelta(hours=1)
    blocks_actions.lift_block(session, SOYEON, block_id, at=lifted)
    assert blocks_queries.block_on(session, MINJI.id, "", lifted) is None
    with pytest.raises(NotFoundError):
        blocks_actions.lift_block(session, SOYEON, block_id, at=lifted)
    verbs = {row.verb for row in audit.latest(session)}
    assert {"block_reporter", "lift_block"} <= verbs
    line = blocks_queries.blocks(session, SOYEON, lifted)[0]
    assert (line.who, line.by, line.holds) == ("김민지", "최소연", False)


def test_a_block_holds_and_ends_at_once_though_a_clock_was_ahead(session: Session) -> None:
    report, then = sent(session), AT + timedelta(days=1)
    block_id = blocks_actions.block_reporter(
        session, SOYEON, report, "욕설", ("person", 7), at=then
    )
    assert blocks_queries.block_on(session, MINJI.id, "", AT) is not None
    blocks_actions.lift_block(session, SOYEON, block_id, at=then)
    assert blocks_queries.block_on(session, MINJI.id, "", AT) is None
    assert not blocks_queries.blocks(session, SOYEON, AT)[0].holds


@pytest.mark.parametrize(
    ("reason", "whom", "error"),
    [
        (" ", ("person", 7), InvalidError),
        ("욕설", ("person", 8), InvalidError),
        ("욕설", ("everyone", 7), InvalidError),
    ],
)
def test_no_block_without_a_reason_and_an_end(
    session: Session, reason: str, whom: tuple[str, int], error: type[Exception]
) -> None:
    with pytest.raises(error):
        blocks_actions.block_reporter(session, SOYEON, sent(session), reason, whom, at=AT)


def test_where_nobody_is_known_nobody_is_blocked(session: Session) -> None:
    report = session.get_one(Report, actions.open_report(session, MINJI, NEW, at=AT))
    with pytest.raises(RefusedError):
        blocks_actions.block_reporter(session, SOYEON, report, "장난", ("device", 7), at=AT)


def test_the_blocked_person_reads_why_until_when_and_where_to_object(
    app: Flask, session: Session, visit: Callable[[Actor | None], Pages]
) -> None:
    now = clock.now()
    report_id = blocks_actions.take_report(session, MINJI, NEW, Signs(), at=now)
    session.commit()
    desk = visit(SOYEON)
    desk.get(f"/console/reports/{report_id}/block")
    path = f"/console/reports/{report_id}/block"
    desk.post(path, whom="person", days="7", reason="욕설이 있어요")
    session.expire_all()
    block = session.scalars(select(ReportBlock)).one()
    pages = visit(MINJI)
    for page in (
        pages.get("/reports/new", 403),
        pages.post("/reports/", 403, category="litter", text="또", lat="34.2", lon="127.9").text,
    ):
        assert "욕설이 있어요" in page
        assert str(block.id) in page
        assert "mailto:" in page
    pages.get(f"/reports/{report_id}")
    assert "욕설이 있어요" in desk.get("/console/blocks")
    desk.post(f"/console/blocks/{block.id}/lift")
    pages.get("/reports/new")


def test_only_moderators_block(
    app: Flask, session: Session, visit: Callable[[Actor | None], Pages]
) -> None:
    report_id = sent(session).id
    session.commit()
    for who in (JUN, TAEHO):
        visit(who).post(
            f"/console/reports/{report_id}/block", 403, whom="person", days="7", reason="욕설"
        )


def test_an_erased_moderator_leaves_the_block_and_not_the_name(session: Session) -> None:
    report = sent(session)
    blocks_actions.block_reporter(session, SOYEON, report, "욕설", ("person", 7), at=AT)
    assert SOYEON.id is not None
    assert MINJI.id is not None
    blocks_actions.erase_person(session, SOYEON.id, AT, secret="key")
    assert blocks_queries.block_on(session, MINJI.id, "", AT) is not None
    assert blocks_queries.blocks(session, SOYEON, AT)[0].by == ""
    blocks_actions.erase_person(session, MINJI.id, AT, secret="key")
    assert blocks_queries.blocks(session, SOYEON, AT) == []


def test_browsers_of_old_reports_are_forgotten(session: Session) -> None:
    report = sent(session)
    blocks_actions.forget_traces(session, SOYEON, at=AT + timedelta(days=91))
    assert blocks_queries.trace_of(session, report).device is None
