"""Other cities' open data: each sound row once, each odd one named with its line and reason."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text

from participation.reports.imports.feeds import category_of
from participation.reports.models import REPORT_CLUSTER, Report, ReportEntry
from participation.reports.routing.models import Body, Team
from services.db import Session
from services.outbox.events import OutboxEvent

ROOT = Path(__file__).resolve().parents[4]
REAL = ROOT.parent / "shared" / "data" / "reporting" / "requests.csv.gz"
HEADER = (
    "city,service_request_id,status,service_name,service_detail,requested_datetime,"
    "closed_datetime,expected_datetime,address,lat,long,status_notes"
)
SOUND = (
    "Baltimore,14-1,closed,TRM-Pothole Repair,,2014-01-01T03:53:10-05:00,2014-01-16T07:47:09-05:00,"
    '2014-01-09T00:00:00-05:00,"608 GITTINGS AVE, MD",39.37,-76.6,filled'
)
OPEN = "New York,9,open,Noise - Street/Sidewalk,Loud,2015-03-01T00:00:00-05:00,,,,40.7,-73.9,"


def run(app: Flask, path: Path) -> Result:
    done = app.test_cli_runner().invoke(args=["reports", "import", str(path)])
    assert done.exit_code == 0, done.output
    return done


def written(folder: Path, *rows: str, packed: bool = False) -> Path:
    text = "\n".join([HEADER, *rows]) + "\n"
    path = folder / ("requests.csv.gz" if packed else "requests.csv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_row_keeps_its_kind_times_place_and_story(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    run(app, written(tmp_path, SOUND, OPEN, packed=True))
    hole = session.scalars(select(Report).where(Report.source_id == "14-1")).one()
    assert (hole.source, hole.category, hole.status) == ("Baltimore", "road_damage", "closed")
    assert hole.title == "TRM-Pothole Repair"
    assert hole.place == "608 GITTINGS AVE, MD"
    assert hole.opened_at == datetime(2014, 1, 1, 8, 53, 10, tzinfo=UTC)
    assert hole.due_at == datetime(2014, 1, 9, 5, 0, tzinfo=UTC)
    entries = session.scalars(
        select(ReportEntry).where(ReportEntry.report_id == hole.id).order_by(ReportEntry.at)
    ).all()
    assert [(e.kind, e.status, e.text) for e in entries] == [
        ("opened", "open", ""),
        ("answer", "closed", "filled"),
    ]


def test_a_second_run_adds_nothing_and_nobody_is_told(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    path = written(tmp_path, SOUND, OPEN)
    assert "2 taken in, 0 known before" in run(app, path).output
    assert "0 taken in, 2 known before" in run(app, path).output
    assert count(session, Report) == 2
    assert count(session, OutboxEvent) == 0
    counted = select(func.sum(REPORT_CLUSTER.c.n)).where(REPORT_CLUSTER.c.zoom == 10)
    assert session.scalar(counted) == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (SOUND.replace("39.37", ""), "coordinates"),
        (SOUND.replace("39.37", "nan"), "not on the map"),
        (SOUND.replace("39.37", "139.37"), "not on the map"),
        (SOUND.replace("39.37", "north"), "no number"),
        (SOUND.replace("2014-01-16", "2013-01-16"), "closed before"),
        (SOUND.replace("2014-01-01T03:53:10-05:00", "2014-01-01T03:53:10"), "no offset"),
        (SOUND.replace("2014-01-01T03:53:10-05:00", "yesterday"), "ISO 8601"),
        (SOUND.replace(",closed,", ",lost,"), "neither open nor closed"),
        (SOUND.replace("14-1", ""), "service_request_id is empty"),
    ],
)
def test_an_odd_row_is_named_and_the_rest_goes_on(
    app: Flask, session: Session, tmp_path: Path, row: str, reason: str
) -> None:
    done = run(app, written(tmp_path, row, OPEN))
    assert "line 2: " in done.output
    assert reason in done.output
    assert count(session, Report) == 1


@pytest.mark.parametrize(
    ("written_as", "kept"),
    [
        ("Dept of  Works", "Dept of Works"),
        ("\tDept\u00a0of Works ", "Dept of Works"),
        ("x" * 79 + " of the city", "x" * 79),
        (" " * 90, None),
    ],
)
def test_a_body_is_one_however_its_name_is_written(
    app: Flask, session: Session, tmp_path: Path, written_as: str, kept: str | None
) -> None:
    """More rows than are stored at once: a later batch meets the body that an earlier one made."""
    header, row = HEADER + ",agency_responsible", OPEN.replace(",9,", ",{},")
    rows = [f"{row.format(number)},{written_as}" for number in range(600)]
    rows.append(f"{row.format('last')},{kept or ''}")
    path = tmp_path / "requests.csv"
    path.write_text("\n".join([header, *rows]))
    assert "601 rows: 601 taken in" in run(app, path).output
    named = [kept] if kept else []
    assert session.scalars(select(Body.name)).all() == named
    assert session.scalars(select(Team.name)).all() == named
    held = select(func.count()).where(Report.team_id.is_not(None))
    assert session.scalar(held) == (601 if kept else 0)


def test_a_file_that_is_no_table_of_requests_is_refused(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    done = app.test_cli_runner().invoke(args=["reports", "import", str(path)])
    assert done.exit_code == 1
    assert "lacks the columns" in done.output


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("BGE-StLight(s) Out", "street_light"),
        ("SW-Dirty Street", "litter"),
        ("Street Condition", "road_damage"),
        ("FOR-Tree Inspection", "green"),
        ("TRS-Parking Complaint", "traffic"),
        ("WW-Water Leak (Exterior)", "water"),
        ("Noise - Street/Sidewalk", "noise"),
        ("Illegal Animal Kept as Pet", "other"),
        ("HCD-Rodents", "litter"),
    ],
)
def test_names_of_real_services_find_our_kinds(name: str, ours: str) -> None:
    assert category_of({"service_name": name}) == ours


def test_afterwards_postgresql_plans_by_what_came_in(
    app: Flask, session: Session, tmp_path: Path, kind: str
) -> None:
    """SQLite plans without figures: there the same command simply succeeds."""
    run(app, written(tmp_path, SOUND, OPEN))
    if kind == "postgresql":
        told = text("SELECT reltuples FROM pg_class WHERE relname = 'report'")
        assert session.scalar(told) == 2


@pytest.mark.skipif(not REAL.exists(), reason=f"the real requests are not at {REAL}")
def test_all_real_requests_come_in(app: Flask, session: Session) -> None:
    done = run(app, REAL)
    assert "33253 rows: 27283 taken in, 0 known before, 5970 refused" in done.output
    kinds = {row[0] for row in session.execute(select(Report.category).distinct())}
    assert len(kinds) == 8
    ended = select(func.count()).where(ReportEntry.kind == "answer")
    closed = select(func.count()).where(Report.status == "closed")
    assert session.scalar(ended) == session.scalar(closed)
