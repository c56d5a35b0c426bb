"""What another city closed ends in its story at a moment that city named, or is not taken in."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.imports.arrivals import take_in
from participation.reports.models import Report
from participation.reports.promises.queries import Scope, Tally, numbers
from participation.reports.rules import Status
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.publication import faults, told

HEADER = (
    "city,service_request_id,status,service_name,requested_datetime,closed_datetime,"
    "updated_datetime,expected_datetime,address,lat,long"
)
ROW = "Busan,{},closed,Noise,2015-03-01T00:00:00Z,{},{},2015-03-09T00:00:00Z,,35.1,129.0"
SEOUL = ZoneInfo("Asia/Seoul")


def run(app: Flask, folder: Path, *rows: str) -> str:
    path = folder / "requests.csv"
    path.write_text("\n".join([HEADER, *rows]))
    done = app.test_cli_runner().invoke(args=["reports", "import", str(path)])
    assert done.exit_code == 0, done.output
    return done.output


def test_without_a_moment_of_its_end_it_is_told_by_its_line(
    app: Flask, session: Session, tmp_path: Path, engine: sa.Engine
) -> None:
    output = run(app, tmp_path, ROW.format(1, "", ""), ROW.format(2, "2015-03-03T00:00:00Z", ""))
    assert "line 2: it is closed, and neither closed_datetime nor updated_datetime says" in output
    assert session.scalars(sa.select(Report.source_id)).all() == ["2"]
    assert faults(engine) == []


def test_its_last_change_is_when_it_was_closed_as_the_standard_says(
    app: Flask, session: Session, tmp_path: Path, engine: sa.Engine
) -> None:
    """GeoReport v2: for a closed request `updated_datetime` is the date it was closed."""
    both = ROW.format("both", "2015-03-02T00:00:00Z", "2015-03-20T00:00:00Z")
    run(app, tmp_path, ROW.format("one", "", "2015-03-08T00:00:00Z"), both)
    rows = session.execute(sa.select(Report.source_id, Report.ended_at))
    assert {row.source_id: row.ended_at for row in rows} == {
        "one": datetime(2015, 3, 8, tzinfo=UTC),
        "both": datetime(2015, 3, 2, tzinfo=UTC),
    }
    assert faults(engine) == []


@pytest.mark.parametrize(
    ("closed", "updated"),
    [
        ("", "2015-02-01T00:00:00Z"),
        ("", "2099-02-01T00:00:00Z"),
        ("2015-02-01T00:00:00Z", "2015-03-08T00:00:00Z"),
    ],
)
def test_a_moment_that_cannot_be_its_end_is_none(
    app: Flask, session: Session, tmp_path: Path, closed: str, updated: str
) -> None:
    assert "0 taken in, 0 known before, 1 refused" in run(
        app, tmp_path, ROW.format(1, closed, updated)
    )


def test_no_other_source_can_end_a_report_without_a_moment() -> None:
    for status in (Status.CLOSED, Status.FIXED, Status.REJECTED):
        with pytest.raises(ValueError, match="when"):
            msgspec.structs.replace(told(1), status=status, ended_at=None)


def test_what_was_taken_in_so_before_is_late_no_more(engine: sa.Engine) -> None:
    later = datetime(2030, 1, 1, tzinfo=UTC)
    with unit_of_work(engine) as session:
        take_in(session, [told(1), told(2, Status.OPEN)], at=AT)
        session.execute(sa.update(Report).values(ended_at=None))
        found = numbers(session, SEOUL, Scope(f"{AT:%Y-%m}"), at=later)
    assert found.total == Tally(told=2, settled=0, in_time=0, late=1)
