"""Steps older than the chain join it by and by; what is put in past Madang never does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from participation.reports import actions
from participation.reports.history import queries as history_queries
from participation.reports.history.jobs import keep_history
from participation.reports.history.models import HistoryLate, HistoryStep
from participation.reports.models import ReportEntry
from participation.reports.rules import Status
from services.db import Session, unit_of_work
from static.history import verify
from tests.conftest import AT
from tests.pages import Pages
from tests.participation.reports.history.publication import faults, published, report_of
from tests.people import SOYEON


def before_the_chain(connection: sa.Connection) -> None:
    """Leave the stories as they were when the chain came to be, named for it to take up."""
    connection.execute(sa.delete(HistoryStep.__table__))
    shown = sa.select(ReportEntry.id).where(ReportEntry.public)
    connection.execute(sa.insert(HistoryLate).from_select(["entry_id"], shown))


def test_what_is_put_in_past_madang_is_never_taken_up(story: sa.Engine) -> None:
    """Not by the job, however old it says it is, and not when the report goes on."""
    with story.begin() as connection:
        row = connection.execute(sa.select(ReportEntry.__table__)).first()
        assert row is not None
        forged = {**row._mapping, "id": uuid4(), "at": AT - timedelta(days=900), "kind": "answer"}
        connection.execute(sa.insert(ReportEntry.__table__).values(**forged))
    for minutes in (10, 20):
        with unit_of_work(story) as session:
            keep_history(session, AT + timedelta(minutes=minutes))
    at = AT + timedelta(days=2)
    with unit_of_work(story) as session:
        actions.answer_report(session, SOYEON, report_of(session), Status.CLOSED, "끝", at=at)
    stories, pages, heads = published(story)
    assert len(stories[0]["steps"]) == 6
    assert stories[0]["unchained"] == heads["unchained"] == 1
    # Also who reads the whole city, and no story, hears of it.
    assert verify.check(([], pages, heads))[0] != []
    with Session(story) as session:
        assert history_queries.heads(session).unchained == 1


def test_the_page_says_that_something_was_put_in(
    story: sa.Engine, visit: Callable[[Any], Pages]
) -> None:
    assert "사슬에 없는 기록" not in visit(None).get("/reports/history")
    test_what_is_put_in_past_madang_is_never_taken_up(story)
    assert "사슬에 없는 기록 1개" in visit(None).get("/reports/history")


def test_steps_from_before_the_chain_join_it_by_and_by(story: sa.Engine) -> None:
    with story.begin() as connection:
        before_the_chain(connection)
    assert any("stand in no chain" in fault for fault in faults(story))
    with unit_of_work(story) as session:
        keep_history(session, AT)
    assert len(published(story)[0][0]["steps"]) == 5
    assert faults(story) == []


def test_an_old_story_is_chained_whole_before_its_next_step(story: sa.Engine) -> None:
    with story.begin() as connection:
        before_the_chain(connection)
    at = AT + timedelta(days=2)
    with unit_of_work(story) as session:
        actions.answer_report(session, SOYEON, report_of(session), Status.CLOSED, "끝", at=at)
    steps = published(story)[0][0]["steps"]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    assert faults(story) == []


def test_a_report_that_goes_on_reads_its_own_steps_alone(story: sa.Engine) -> None:
    """All writers wait meanwhile: an "or" over two tables makes PostgreSQL read every story."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(" ".join(statement.split()))

    sa.event.listen(story, "before_cursor_execute", note)
    with unit_of_work(story) as session:
        actions.answer_report(
            session, SOYEON, report_of(session), Status.CLOSED, "끝", at=AT + timedelta(days=2)
        )
    sa.event.remove(story, "before_cursor_execute", note)
    steps = [one for one in asked if one.startswith("SELECT") and "FROM report_entry" in one]
    assert steps
    assert not [one for one in steps if " OR " in one]
