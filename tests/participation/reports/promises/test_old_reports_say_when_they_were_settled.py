"""Old reports: when they were settled is read from their story, and no row is lost on the way."""

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from participation.reports.models import Report, ReportEntry
from services.db import Session, make_engine, migrate, unit_of_work

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
STORIES = {
    "waiting": ([("open", 0)], None),
    "settled once": ([("open", 0), ("fixed", 2)], 2),
    "a word after it": ([("open", 0), ("fixed", 2), ("closed", 9), ("closed", 20)], 2),
    "opened again": ([("open", 0), ("fixed", 2), ("disputed", 4), ("fixed", 6), ("closed", 8)], 6),
    "told and settled at once": ([("open", 0), ("closed", 0)], 0),
    "without a story": ([], 12),
}


def day(number: int) -> datetime:
    return AT + timedelta(days=number)


def told(session: Session, steps: list[tuple[str, int]], ended: int | None) -> UUID:
    """Store a report as it was stored before: its end is that of the newest word."""
    key, newest = uuid4(), steps[-1] if steps else ("closed", ended or 0)
    row = {
        "id": key,
        "title": "등",
        "text": "등",
        "answer": "",
        "category": "litter",
        "severity": 1,
    }
    row |= {"lat": 34.2, "lon": 127.9, "cell": 1, "place": "", "status": newest[0]}
    row |= {"opened_at": AT, "changed_at": day(newest[1]), "due_at": day(5), "followers": 0}
    row["ended_at"] = None if ended is None else day(newest[1])
    new = {"promised_at", "rises_at", "earlier_id"}
    columns = [sa.Column(c.name, c.type) for c in Report.__table__.columns if c.name not in new]
    session.execute(sa.insert(sa.table("report", *map(_plain, columns))), row)
    for status, number in steps:
        entry = ReportEntry(report_id=key, at=day(number), kind="answer", status=status, text="")
        entry.role, entry.public = "staff", True
        session.add(entry)
    return key


def _plain(column: "sa.Column[object]") -> sa.ColumnClause[object]:
    return sa.column(column.name, column.type)


def before_mine(url: str) -> None:
    """Take a database back to where no first promise was kept."""
    script = ScriptDirectory.from_config(migrate.configuration(url))
    (mine,) = [one for one in script.walk_revisions() if "first promise stays" in (one.doc or "")]
    migrate.downgrade(url, str(mine.down_revision))


def test_each_is_settled_when_it_went_from_waiting_to_settled(database_url: str) -> None:
    before_mine(database_url)
    engine = make_engine(database_url)
    with unit_of_work(engine) as session:
        keys = {name: told(session, *story) for name, story in STORIES.items()}
    migrate.upgrade(database_url)
    with Session(engine) as session:
        rows = {name: session.get_one(Report, key) for name, key in keys.items()}
    wanted = {name: None if end is None else day(end) for name, (_, end) in STORIES.items()}
    assert {name: row.ended_at for name, row in rows.items()} == wanted
    assert {row.promised_at for row in rows.values()} == {day(5)}
    assert [name for name, row in rows.items() if row.rises_at] == ["waiting"]
    assert rows["waiting"].rises_at == day(4)
    engine.dispose()


def test_a_row_that_points_to_nothing_is_found(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "loose.db"
    shutil.copy(migrated_file, path)
    before_mine(f"sqlite:///{path}")
    with sqlite3.connect(path) as bare:
        told = (uuid4().hex, uuid4().hex, "2026-11-02 09:00:00")
        bare.execute(
            "INSERT INTO report_entry (id, report_id, at, kind, text, role, public)"
            " VALUES (?, ?, ?, 'note', '', 'staff', 0)",
            told,
        )
    bare.close()
    with pytest.raises(RuntimeError, match="rows point to nothing"):
        migrate.upgrade(f"sqlite:///{path}")
