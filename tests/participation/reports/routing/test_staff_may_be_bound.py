"""A moderator or an officer of an area, or of a body, handles what lies there and nothing else."""

import csv
import io
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from participation.accounts.actions import bound_staff, set_role
from participation.reports import queries_queue
from participation.reports.access import may_handle, report_for
from participation.reports.blocks import queries as blocks_queries
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.models import Report
from participation.reports.promises.queries_workload import workload
from participation.reports.routing.actions import RuleInput, add_area, add_rule, add_team
from participation.reports.routing.models import ReportArea, Team
from participation.reports.rules import Category, Status
from services import clock
from services.audit.trail import AuditEntry
from services.auth import Actor, Role
from services.db import Session, unit_of_work
from services.errors import ForbiddenError
from tests.conftest import AT
from tests.flows.canaries import report
from tests.pages import Pages
from tests.people import HANA, JUN, MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
RING = "[[127.9,34.3],[128,34.3],[128,34.4],[127.9,34.4],[127.9,34.3]]"
NORTH = f'{{"type":"Polygon","coordinates":[{RING}]}}'
SOUTH = NORTH.replace("34.3", "34.2").replace("34.4", "34.3")


def bound(app: Flask, actor: Actor, *bounds: tuple[str, UUID]) -> Actor:
    with unit_of_work(app.extensions["engine"]) as session:
        assert actor.id is not None
        bound_staff(session, HANA, actor.id, bounds, at=clock.now())
    return Actor(actor.id, actor.roles, bounds=frozenset(bounds))


@pytest.fixture
def north(app: Flask) -> UUID:
    with unit_of_work(app.extensions["engine"]) as session:
        return add_area(session, HANA, "북쪽", NORTH, at=AT)


def test_a_moderator_of_an_area_sees_its_reports_alone(
    app: Flask, session: Session, visit: Visit, north: UUID
) -> None:
    jun = visit(JUN)
    here, there = report(jun, "북쪽 등", "34.35"), report(jun, "남쪽 등", "34.25")
    hidden = report(jun, "숨은 등", "34.25", homepage="x")
    mine = bound(app, SOYEON, ("area", north))
    pages = visit(SOYEON)
    queue = pages.get("/console/")
    assert "북쪽 등" in queue
    assert "남쪽 등" not in queue
    assert queries_queue.views(session, mine, queries_queue.Sought(), clock.now())[0].count == 1
    pages.get(f"/console/reports/{here}")
    pages.get(f"/console/reports/{there}", 403)
    pages.get(f"/console/reports/{hidden}", 404)
    pages.get(f"/reports/{hidden}", 404)
    for act in ("answer", "note", "reject", "assign", "reporter", "redact", "original", "block"):
        form = {"status": "fixed", "text": "x", "reason": "x", "days": "1", "whom": "person"}
        form |= {"person_id": str(SOYEON.id), "x": "0", "y": "0", "w": "1", "h": "1"}
        pages.post(f"/console/reports/{there}/{act}", 403, **form)
    pages.post("/console/bulk", 403, action="acknowledge", ids=[here, there])
    pages.post(f"/console/reports/{here}/merge", 403, into=there)
    assert session.get_one(Report, UUID(there)).status == "open"
    assert "숨은 등" not in pages.get("/console/first-look")
    assert blocks_queries.waiting_count(session, mine) == (0, 0)
    assert blocks_queries.waiting_count(session, SOYEON)[0] == 1
    pages.post("/console/first-look", 404, action="let_through", ids=[hidden])
    assert sum(desk.count for desk in workload(session, mine, clock.now()).teams) == 1
    assert sum(age.count for age in workload(session, mine, clock.now()).ages) == 1
    # Unbound it is the whole city, as ever.
    bound(app, SOYEON)
    assert "남쪽 등" in visit(SOYEON).get("/console/")


def test_only_joins_that_are_ones_own_to_make_are_offered(
    app: Flask, visit: Visit, north: UUID
) -> None:
    jun = visit(JUN)
    made, near = report(jun, "북쪽 등", "34.35"), report(jun, "북쪽 등 옆", "34.36")
    there = report(jun, "남쪽 등", "34.25")
    bound(app, SOYEON, ("area", north))
    pages = visit(SOYEON)
    for words in ("등", there):
        page = pages.client.get(f"/console/reports/{made}", query_string={"same": words}).text
        assert f'name="into" value="{there}"' not in page
        assert "남쪽 등" not in page
        assert (f'name="into" value="{near}"' in page) is (words == "등")
    bound(app, SOYEON)
    page = visit(SOYEON).client.get(f"/console/reports/{made}", query_string={"same": there}).text
    assert f'name="into" value="{there}"' in page


def test_bounds_hold_in_either_language(app: Flask, visit: Visit, north: UUID) -> None:
    there = report(visit(JUN), "남쪽 등", "34.25")
    bound(app, SOYEON, ("area", north))
    pages = visit(SOYEON)
    pages.client.set_cookie("lang", "en")
    pages.get(f"/console/reports/{there}", 403)


def test_a_body_has_what_its_teams_have(app: Flask, session: Session, visit: Visit) -> None:
    with unit_of_work(app.extensions["engine"]) as writing:
        lights = add_team(writing, HANA, "도로과", "가로등반", at=AT)
        green = add_team(writing, HANA, "공원과", "녹지반", at=AT)
        south = add_area(writing, HANA, "남쪽", SOUTH, at=AT)
        add_rule(writing, HANA, RuleInput(team_id=lights, category=Category.STREET_LIGHT), at=AT)
        roads = writing.get_one(Team, lights).body_id
        parks = writing.get_one(Team, green).body_id
    told = report(visit(JUN), "꺼진 등", "34.25")
    row = session.get_one(Report, UUID(told))
    of = lambda *bounds: Actor(TAEHO.id, TAEHO.roles, bounds=frozenset(bounds))  # noqa: E731
    assert may_handle(session, of(("body", roads)), row)
    assert not may_handle(session, of(("body", parks)), row)
    assert may_handle(session, of(("body", roads), ("area", south)), row)
    assert not may_handle(session, of(("body", parks), ("area", south)), row)
    assert report_for(session, of(("body", roads)), told, to="handle") is row
    with pytest.raises(ForbiddenError):
        report_for(session, of(("body", parks)), told, to="handle")
    # What points at nothing that is there any more opens nothing.
    assert not may_handle(session, of(("body", UUID(int=9))), row)


def test_an_area_drawn_later_knows_what_lies_in_it(
    app: Flask, session: Session, visit: Visit
) -> None:
    told = report(visit(JUN), "꺼진 등", "34.35")
    arrival = Arrival(
        "city", "1", Category.LITTER, Status.OPEN, "쓰레기", 34.36, 127.95, "", AT, None
    )
    with unit_of_work(app.extensions["engine"]) as writing:
        area = add_area(writing, HANA, "북쪽", NORTH, at=AT)
    with unit_of_work(app.extensions["engine"]) as writing:
        take_in(writing, [arrival], at=AT)
    imported = session.scalars(select(Report.id).where(Report.source == "city")).one()
    placed = select(ReportArea.report_id).where(ReportArea.area_id == area)
    assert set(session.scalars(placed)) == {UUID(told), imported}


def test_a_file_holds_what_its_asker_may_handle(
    app: Flask, session: Session, visit: Visit, north: UUID, turn: Callable[[], int]
) -> None:
    jun = visit(JUN)
    report(jun, "북쪽 등", "34.35")
    report(jun, "남쪽 등", "34.25")
    bound(app, SOYEON, ("area", north))
    mine = visit(SOYEON)
    mine.get("/console/export")
    asked = mine.post("/console/export").headers["Location"]
    whole = visit(TAEHO)
    whole.get("/console/export")
    other = whole.post("/console/export").headers["Location"]
    while turn():
        pass
    lines = list(csv.DictReader(io.StringIO(mine.get(f"{asked}/file.csv").lstrip("\ufeff"))))
    assert [line["title"] for line in lines] == ["북쪽 등"]
    assert "남쪽 등" in whole.get(f"{other}/file.csv")
    mine.get(f"{other}/file.csv", 404)
    mine.get(other, 404)
    # Bound otherwise since, the file of before is no longer theirs.
    bound(app, SOYEON, ("area", UUID(int=9)))
    visit(SOYEON).get(f"{asked}/file.csv", 404)


def test_a_look_at_the_reporter_is_on_record(app: Flask, session: Session, visit: Visit) -> None:
    told = report(visit(JUN), "꺼진 등", "34.25")
    pages = visit(SOYEON)
    case = pages.get(f"/console/reports/{told}")
    assert "박준" not in case.split('aria-labelledby="case-title"')[1].split("<details")[0]
    look = pages.post(f"/console/reports/{told}/reporter", 200)
    assert "박준" in look.text
    assert "no-store" in look.headers["Cache-Control"]
    kept = session.scalars(select(AuditEntry).where(AuditEntry.verb == "look_at_reporter")).one()
    assert (kept.actor_id, kept.ref) == (SOYEON.id, told)
    neighbour = visit(MINJI)
    neighbour.get("/")
    neighbour.post(f"/console/reports/{told}/reporter", 403)


def test_the_citys_own_tables_are_no_work_of_a_part(app: Flask, visit: Visit, north: UUID) -> None:
    bound(app, TAEHO, ("area", north))
    officer = visit(TAEHO)
    page = officer.get("/console/")
    assert "/console/routing/" not in page
    assert "/console/audit" not in page
    officer.get("/console/audit", 403)
    officer.get("/console/routing/", 403)


def test_an_operator_binds_and_is_never_bound(
    app: Flask, session: Session, visit: Visit, north: UUID
) -> None:
    operator = visit(HANA)
    page = operator.get("/console/people/")
    assert f"/console/people/{SOYEON.id}/bounds" in page
    assert f"/console/people/{HANA.id}/bounds" not in page
    operator.post(f"/console/people/{SOYEON.id}/bounds", area=[str(north)])
    assert "북쪽" in operator.get("/console/people/")
    assert visit(SOYEON).get("/console/").count("queue-row") == 0
    kept = session.scalars(select(AuditEntry).where(AuditEntry.verb == "bound_staff")).one()
    assert (kept.actor_id, kept.ref) == (HANA.id, str(SOYEON.id))
    operator.post(f"/console/people/{SOYEON.id}/bounds", 422, area=[str(UUID(int=9))])
    operator.post(f"/console/people/{UUID(int=9)}/bounds", 404)
    operator.post("/console/people/nobody/bounds", 404)
    visit(TAEHO).get("/console/people/", 403)
    assert not Actor(HANA.id, HANA.roles, bounds=frozenset({("area", north)})).bounded
    with unit_of_work(app.extensions["engine"]) as writing:
        bound_staff(writing, HANA, HANA.id, [("area", north)], at=AT)
        set_role(writing, HANA, HANA.id, Role.MODERATOR, give=True, at=AT)
    visit(HANA).get("/console/audit")
    officer = visit(TAEHO)
    officer.get("/console/")
    officer.post(f"/console/people/{TAEHO.id}/bounds", 403)
