"""Whatever is changed in the database, past the application, is found in what is published."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from participation.reports.history.jobs import keep_history
from participation.reports.history.models import HistoryHead, HistoryStep
from participation.reports.imports.arrivals import take_in
from participation.reports.models import Report, ReportEntry
from participation.reports.routing.models import Body, Team
from services.db import Base, Session, unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.publication import (
    faults,
    found,
    published,
    report_of,
    told,
    told_by,
)

STEPS, ENTRIES = HistoryStep.__table__, ReportEntry.__table__
REPORTS, HEADS = Report.__table__, HistoryHead.__table__
UNPROMISED, ALL = Base.metadata.tables["report_unpromised"], sa.select(Report.id)


def edits() -> Iterator[tuple[str, Callable[[sa.Connection], object]]]:
    """Yield every change of a row that is shown or proves something."""
    entry = sa.select(ENTRIES.c.id).where(ENTRIES.c.kind == "disputed").scalar_subquery()
    shown = {"kind": "answer", "status": "fixed", "text": "다 좋아요", "role": "staff"}
    shown |= {"at": AT + timedelta(days=3), "public": False}
    for name, value in shown.items():
        yield f"entry {name}", _set(ENTRIES, ENTRIES.c.id == entry, name, value)
    linked = {"kind": "answer", "status": "fixed", "role": "staff", "of": 2, "salt": "11" * 16}
    linked |= {"at": AT, "entry_id": uuid4(), "commitment": "a" * 64}
    linked |= {"digest": "d" * 64, "report_id": uuid4(), "position": 9}
    for name, value in (linked | {"seq": 77}).items():
        yield f"step {name}", _set(STEPS, STEPS.c.seq == 4, name, value)
    for seq in range(1, 6):
        yield f"no step {seq}", lambda c, n=seq: c.execute(sa.delete(STEPS).where(STEPS.c.seq == n))
    yield "no entry", lambda c: c.execute(sa.delete(ENTRIES).where(ENTRIES.c.id == entry))
    sealed = {"format": 1, "category": "noise", "due": "2027-01-31", "promised": None}
    sealed |= {"team": "다른 곳 · 다른 곳", "merged_into": str(uuid4())}
    for name, value in sealed.items():
        yield f"step {name}", _set(STEPS, STEPS.c.seq == 4, name, value)
    everything = {"status": "closed", "title": "다른 말", "text": "다른 말", "category": "noise"}
    everything |= {"opened_at": AT - timedelta(days=1), "ended_at": AT + timedelta(hours=1)}
    everything |= {"due_at": AT + timedelta(days=90), "promised_at": AT + timedelta(days=90)}
    everything |= {"merged_into": Report.id, "team_id": None}
    for name, value in everything.items():
        yield f"report {name}", _set(REPORTS, sa.true(), name, value)
    yield "never promised", lambda c: c.execute(UNPROMISED.insert().from_select(["report_id"], ALL))
    for table in (Body.__table__, Team.__table__):
        yield f"another {table.name}", _set(table, sa.true(), "name", "다른 곳")
    yield "another team", _other_team
    yield "no report", _without_report
    yield "a forged entry", _forged_entry
    yield "a forged step", _forged_step
    yield "two entries change places", lambda c: _swap(c, ENTRIES, ENTRIES.c.kind == "answer")
    yield "two steps change places", lambda c: _swap(c, STEPS, STEPS.c.seq.in_((2, 3)))
    yield "head digest", _set(HEADS, sa.true(), "digest", "d" * 64)
    yield "head count", _set(HEADS, sa.true(), "count", 3)


def _other_team(connection: sa.Connection) -> None:
    """Let another team of the same body have it."""
    body = connection.execute(sa.select(Body.id)).scalar_one()
    other = {"id": uuid4(), "body_id": body, "name": "다른 조"}
    connection.execute(sa.insert(Team).values(other))
    connection.execute(sa.update(Report).values(team_id=other["id"]))


def _without_report(connection: sa.Connection) -> None:
    """Take the report out with all that is shown of it; only the chain still knows."""
    for name in ("report_asking", "report_follow", "report_entry", "report_unpromised", "report"):
        connection.exec_driver_sql(f"DELETE FROM {name}")


def _forged_entry(connection: sa.Connection) -> None:
    row = connection.execute(sa.select(ENTRIES).where(ENTRIES.c.kind == "answer")).first()
    assert row is not None
    connection.execute(sa.insert(ENTRIES).values(**{**row._mapping, "id": uuid4()}))


def _forged_step(connection: sa.Connection) -> None:
    row = connection.execute(sa.select(STEPS).where(STEPS.c.seq == 5)).first()
    assert row is not None
    more = {"seq": 6, "position": 6, "entry_id": uuid4(), "status": "closed"}
    connection.execute(sa.insert(STEPS).values(**{**row._mapping, **more}))


def _swap(connection: sa.Connection, table: sa.FromClause, which: Any) -> None:
    """Let two rows trade what they say, words and moment."""
    assert isinstance(table, sa.Table)
    key = table.primary_key.columns.values()[0]
    one, other = connection.execute(sa.select(table).where(which).limit(2)).all()
    said = [name for name in ("at", "text", "status", "commitment", "salt") if name in table.c]
    for row, source in ((one, other), (other, one)):
        values = {name: source._mapping[name] for name in said}
        mine = key == row._mapping[key.name]
        connection.execute(sa.update(table).where(mine).values(values))


def _set(table: sa.FromClause, which: Any, name: str, value: Any) -> Callable[..., object]:
    assert isinstance(table, sa.Table)
    return lambda connection: connection.execute(
        sa.update(table).where(which).values({name: value})
    )


def test_every_change_of_a_row(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        keep_history(session, AT)
    missed, tried = [], 0
    for name, change in edits():
        with story.connect() as connection:
            change(connection)
            tried += 1
            if not _found_in(connection):
                missed.append(name)
            connection.rollback()
    assert tried == 51
    assert missed == []


def _found_in(connection: sa.Connection) -> bool:
    """Say whether what the city publishes from then on, with its next look, is found odd."""
    with Session(bind=connection, join_transaction_mode="rollback_only") as session:
        keep_history(session, AT + timedelta(minutes=10))
        session.flush()
        return found(told_by(session))


def test_a_step_put_in_past_the_chain(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        report = report_of(session)
        values = {"id": uuid4(), "report_id": report.id, "at": AT, "kind": "answer"}
        values |= {"status": "fixed", "text": "", "role": "staff", "public": True}
        session.execute(sa.insert(ENTRIES).values(values))
    assert any("stand in no chain" in fault for fault in faults(story))


def test_a_report_deleted_with_all_its_steps(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        take_in(session, [told(8)], at=AT)
    kept = published(story)[2]
    with story.begin() as connection:
        connection.exec_driver_sql("DELETE FROM report_history WHERE seq <= 5")
    assert faults(story) != []
    stories, pages, _ = published(story)
    assert found((stories, pages, kept))
