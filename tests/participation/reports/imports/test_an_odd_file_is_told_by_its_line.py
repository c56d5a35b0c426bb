"""What is odd in a file is told by its line and the rest goes on; of a broken one nothing does."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from participation.reports import cli
from participation.reports.imports import feeds
from participation.reports.models import Report
from services import clock
from services.db import Session

HEADER = (
    "city,service_request_id,status,service_name,requested_datetime,closed_datetime,"
    "expected_datetime,address,lat,long"
)
SOUND = "Busan,{},open,Noise,2015-03-01T00:00:00-05:00,,2015-03-09T00:00:00-05:00,,35.1,129.0"
LONG = "x" * 131_073


def run(app: Flask, folder: Path, data: bytes, name: str = "requests.csv") -> Result:
    path = folder / name
    path.write_bytes(data)
    done = app.test_cli_runner().invoke(args=["reports", "import", str(path)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def written(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, SOUND.format("last")]).encode()


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Report.source_id).order_by(Report.source_id)))


def dated(column: str, told: str) -> str:
    values = dict(zip(HEADER.split(","), SOUND.format("odd").split(","), strict=True))
    return ",".join((values | {column: told}).values())


@pytest.mark.parametrize(
    ("column", "told", "why"),
    [
        ("requested_datetime", "0001-01-01T00:00:00+14:00", "before 1900"),
        ("requested_datetime", "1899-12-31T23:59:59Z", "before 1900"),
        ("requested_datetime", "2099-01-01T00:00:00Z", "later than"),
        ("requested_datetime", "9999-12-31T23:59:59-12:00", "later than"),
        ("closed_datetime", "9999-12-31T23:59:59Z", "later than"),
        ("expected_datetime", "0001-01-01T00:00:00Z", "before 1900"),
        ("expected_datetime", "9999-12-31T23:59:59Z", "later than"),
    ],
)
def test_a_moment_that_cannot_be_is_told(
    app: Flask, session: Session, tmp_path: Path, column: str, told: str, why: str
) -> None:
    done = run(app, tmp_path, written(dated(column, told)))
    assert done.exit_code == 0
    assert f"line 2: {column} '{told}' is {why}" in done.output
    assert names(session) == ["last"]


def test_clocks_may_differ_and_promises_lie_ahead(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    now = clock.now()
    ahead = {"requested_datetime": 0.5, "expected_datetime": 400}
    rows = [dated(name, (now + timedelta(days=n)).isoformat()) for name, n in ahead.items()]
    rows[1] = rows[1].replace("2015-03-01T00:00:00-05:00", now.isoformat()).replace("odd", "new")
    assert "3 rows: 3 taken in" in run(app, tmp_path, written(*rows)).output


def test_a_field_that_is_too_long_costs_its_row_alone(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    done = run(app, tmp_path, written(SOUND.format("first"), SOUND.replace("Noise", LONG)))
    assert "line 3: " in done.output
    assert "131072" in done.output
    assert "3 rows: 2 taken in, 0 known before, 1 refused" in done.output
    assert names(session) == ["first", "last"]


def test_a_quote_that_never_ends_says_which_lines_it_took_along(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    odd = SOUND.format("odd").replace("Noise", '"Noise')
    many = [SOUND.format(number) for number in range(2000)]
    done = run(app, tmp_path, written(SOUND.format("first"), odd, *many))
    assert "line 3 and those that follow up to line " in done.output
    kept = names(session)
    assert {"first", "last", "1999"} <= set(kept)
    assert "0" not in kept


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_mark_before_the_first_column_is_no_part_of_it(
    app: Flask, session: Session, tmp_path: Path, mark: bytes
) -> None:
    assert run(app, tmp_path, mark + written()).exit_code == 0
    assert names(session) == ["last"]


def test_the_older_korean_code_page_is_read_and_said(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    data = written(SOUND.format("odd").replace("Noise", "가로등 꺼짐")).decode().encode("cp949")
    for name, packed in (("a.csv", data), ("b.csv.gz", gzip.compress(data))):
        done = run(app, tmp_path, packed, name)
        assert done.exit_code == 0
        assert "CP949" in done.output
    assert "가로등 꺼짐" in session.scalars(select(Report.title)).all()
    assert "CP949" not in run(app, tmp_path, written()).output


def test_letters_of_no_known_kind_refuse_the_file(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    odd = SOUND.encode().replace(b"Noise", b"Caf\xe9, \xff")
    done = run(app, tmp_path, written(SOUND.format("first")) + b"\n" + odd)
    assert done.exit_code == 1
    assert "line 4 is written neither in UTF-8 nor in CP949" in done.output
    assert "Nothing was taken in" in done.output
    assert names(session) == []


def packed(count: int) -> bytes:
    """Return sound rows that do not all look the same, so that there is something to pack."""
    odd = (n * 2_654_435_761 % 999_999_937 for n in range(count))
    named = (f"Noise {number}" for number in odd)
    told = (SOUND.format(n).replace("Noise", name) for n, name in enumerate(named))
    return gzip.compress(written(*told))


@pytest.mark.parametrize("how", ["cut off", "overwritten", "no gzip at all", "wrong sum"])
def test_of_a_damaged_file_nothing_is_taken_in(
    app: Flask, session: Session, tmp_path: Path, how: str
) -> None:
    whole = packed(3000)
    middle = len(whole) // 2
    data = {
        "cut off": whole[:middle],
        "overwritten": whole[:middle] + b"\xff" * 400 + whole[middle + 400 :],
        "no gzip at all": written(),
        "wrong sum": whole[:-8] + b"\x00" * 4 + whole[-4:],
    }[how]
    done = run(app, tmp_path, data, "requests.csv.gz")
    assert done.exit_code == 1
    why = "Not a gzipped file" if how == "no gzip at all" else "it is damaged behind line "
    assert f"requests.csv.gz cannot be read: {why}" in done.output
    assert "Nothing was taken in" in done.output
    assert names(session) == []


def test_what_breaks_on_the_way_says_how_far_it_came_and_the_next_run_goes_on(
    app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, whole, whole_once = tmp_path / "requests.csv.gz", packed(3000), feeds.surveyed

    def surveyed(seen: Path) -> tuple[str, int]:
        found = whole_once(seen)
        path.write_bytes(whole[: len(whole) // 2])
        return found

    with monkeypatch.context() as patched:
        patched.setattr(cli.feeds, "surveyed", surveyed)
        done = run(app, tmp_path, whole, path.name)
    assert done.exit_code == 1
    taken = session.scalar(select(func.count()).select_from(Report)) or 0
    assert taken >= cli.BATCH
    assert taken % cli.BATCH == 0
    assert f"Line {taken + 1} was the last one taken in" in done.output
    session.rollback()
    done = run(app, tmp_path, whole, path.name)
    assert f"3001 rows: {3001 - taken} taken in, {taken} known before, 0 refused" in done.output
