"""Reports as a file: asked for, written in parts beside the pages, fetched, and let go."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.actions import NewReport, answer_report, open_report
from participation.reports.exports import actions as exports_actions
from participation.reports.exports import queries as exports_queries
from participation.reports.exports.models import ReportExport, ReportExportPart
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]


@pytest.fixture
def told(app: Flask) -> Callable[..., None]:
    def tell(*texts: str, category: Category = Category.LITTER) -> None:
        with unit_of_work(app.extensions["engine"]) as session:
            for number, text in enumerate(texts):
                new = NewReport(
                    category=category,
                    text=text,
                    lat=37.5,
                    lon=127.0,
                    place=text,
                    idempotency_key=f"tap-{category}-{number:06}",
                )
                open_report(session, MINJI, new, at=AT + timedelta(seconds=number // 2))

    return tell


def ask(visit: Visit, base: str = "/reports/export", who: Actor | None = None, **form: str) -> str:
    pages = visit(who)
    pages.get(base)
    return str(pages.post(base, **form).location)


def rows(pages: Pages, path: str) -> list[list[str]]:
    answer = pages.client.get(f"{path}/file.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_file_is_named_by_the_day_of_the_city(
    visit: Visit, app: Flask, turn: Callable[[], int]
) -> None:
    path = ask(visit)
    turn()
    midnight = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(ReportExport).values(asked_at=midnight))
    answer = visit(None).client.get(f"{path}/file.csv")
    assert "2026-11-28.csv" in answer.headers["Content-Disposition"]


def test_a_public_file_holds_public_columns(
    visit: Visit, turn: Callable[[], int], told: Callable[..., None]
) -> None:
    told("가로등", "둘")
    path = ask(visit)
    pages = visit(None)
    assert "신고 2건 가운데 0건" in pages.get(path)
    pages.get(f"{path}/file.csv", status=404)
    turn()
    assert f"{path}/file.csv" in pages.get(path)
    head, *lines = rows(pages, path)
    assert tuple(head) == exports_queries.PUBLIC_COLUMNS
    assert sorted(line[1] for line in lines) == ["가로등", "둘"]
    assert str(MINJI.id) not in str(lines)


@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_no_cell_is_run_as_a_formula(
    visit: Visit, turn: Callable[[], int], told: Callable[..., None], sign: str
) -> None:
    told(sign)
    path = ask(visit)
    turn()
    [_, line] = rows(visit(None), path)
    assert line[2] == "'" + sign
    assert not [cell for cell in line if cell.startswith(exports_queries.FORMULA)]


def test_a_long_file_is_written_part_by_part(
    app: Flask,
    visit: Visit,
    turn: Callable[[], int],
    told: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports_actions, "PART", 3)
    told(*(f"report {number}" for number in range(10)))
    path = ask(visit)
    key = path.split("/")[-1]
    assert states(app) == [("waiting", 0, 10)]
    with unit_of_work(app.extensions["engine"]) as session:
        row = exports_queries.export_for(session, Actor(None), key, "public", at=clock.now())
        for number in (0, 0, 5):
            exports_actions.write_part(session, Actor(None), row, number, at=clock.now())
    assert states(app) == [("running", 3, 10)]
    assert 'value="30"' in visit(None).get(path)
    part = visit(None).client.get(f"{path}?part=1").text
    assert 'value="30"' in part
    assert "<h1" not in part
    turn()
    assert states(app) == [("done", 10, 10)]
    _, *lines = rows(visit(None), path)
    assert sorted(line[1] for line in lines) == sorted(f"report {n}" for n in range(10))


def states(app: Flask) -> list[tuple[str, int, int]]:
    with Session(app.extensions["engine"]) as session:
        found = session.scalars(sa.select(ReportExport).order_by(ReportExport.asked_at))
        return [(one.state, one.done, one.total) for one in found]


def test_what_is_hidden_is_left_to_staff(
    app: Flask, visit: Visit, turn: Callable[[], int], told: Callable[..., None]
) -> None:
    told("open", "hidden")
    with unit_of_work(app.extensions["engine"]) as session:
        report = session.scalars(sa.select(Report).where(Report.title == "hidden")).one()
        answer_report(session, SOYEON, report, Status.REJECTED, "no", at=AT + timedelta(hours=1))
    public = ask(visit)
    staff = ask(visit, "/console/export", SOYEON)
    turn()
    assert [line[1] for line in rows(visit(None), public)[1:]] == ["open"]
    head, *lines = rows(visit(TAEHO), staff)
    assert sorted(line[1] for line in lines) == ["hidden", "open"]
    assert tuple(head) == exports_queries.STAFF_COLUMNS
    assert str(MINJI.id) not in str(lines)


def test_a_file_of_staff_is_theirs(visit: Visit, turn: Callable[[], int]) -> None:
    path = ask(visit, "/console/export", SOYEON)
    turn()
    key = path.split("/")[-1]
    assert path in visit(SOYEON).get("/console/export")
    for tail in ("", "/file.csv"):
        visit(None).get(f"/reports/export/{key}{tail}", status=404)
        visit(JUN).get(f"/console/export/{key}{tail}", status=403)
    visit(JUN).post("/console/export", expect=403)


def test_filters_narrow_and_odd_ones_are_refused(
    visit: Visit, turn: Callable[[], int], told: Callable[..., None]
) -> None:
    told("bags")
    told("noise", category=Category.NOISE)
    path = ask(visit, category="noise", status="open")
    turn()
    assert [line[1] for line in rows(visit(None), path)[1:]] == ["noise"]
    pages = visit(None)
    pages.get("/reports/export")
    for form in ({"category": "cats"}, {"status": "rejected"}):
        pages.post("/reports/export", expect=422, **form)


def test_the_same_public_file_is_shared_for_an_hour(app: Flask, visit: Visit) -> None:
    assert ask(visit) == ask(visit)
    assert ask(visit, category="noise") != ask(visit)
    assert len(states(app)) == 2


def test_a_file_ends_after_seven_days(
    app: Flask, visit: Visit, turn: Callable[[], int], told: Callable[..., None]
) -> None:
    told("one")
    path = ask(visit)
    turn()
    run = next(j.run for j in app.extensions["registry"].jobs if j.name == "reports.exports")
    engine, asked = app.extensions["engine"], clock.now()
    for days, left in ((6.9, 1), (7.1, 0)):
        with unit_of_work(engine) as session:
            run(session, asked + timedelta(days=days))
        with Session(engine) as session:
            assert len(session.scalars(sa.select(ReportExportPart)).all()) == left
    visit(None).get(path, status=404)
    assert re.fullmatch(r"/reports/export/[0-9a-f-]{36}", path)


def test_a_public_file_ends_where_something_in_it_was_hidden(
    app: Flask, visit: Visit, turn: Callable[[], int], told: Callable[..., None]
) -> None:
    told("A name in it", "lamp")
    path, own = ask(visit), ask(visit, "/console/export", SOYEON)
    turn()
    assert len(rows(visit(None), path)) == 3
    with unit_of_work(app.extensions["engine"]) as session:
        one = session.scalars(sa.select(Report).where(Report.title == "A name in it")).one()
        answer_report(session, SOYEON, one, Status.REJECTED, "no", at=clock.now())
    turn()
    visit(None).get(f"{path}/file.csv", status=404)
    again = ask(visit)
    turn()
    assert [line[1] for line in rows(visit(None), again)[1:]] == ["lamp"]
    assert len(rows(visit(SOYEON), own)) == 3


@pytest.mark.parametrize("sign", ["=", "@", "＝", "＋", "－", "＠"])
def test_a_cell_that_would_be_a_formula_stays_words(sign: str) -> None:
    assert exports_queries.cells_of([f"{sign}1+1"]) == [f"'{sign}1+1"]
