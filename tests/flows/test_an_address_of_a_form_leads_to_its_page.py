"""A page drawn for a refused form has the form's address; opened again it leads to a page."""

from collections.abc import Callable

import pytest
from flask import Flask

from services.auth import Actor
from tests.flows.test_report_to_answer import report
from tests.law.test_every_route_is_guarded import address
from tests.pages import Pages
from tests.participation.reports.photos.covers import report as pictured
from tests.people import HANA, SOYEON

Visit = Callable[[Actor | None], Pages]
pytestmark = pytest.mark.above_the_database
PLACE = "view=new&kind=street_light"


def only_forms(app: Flask) -> set[str]:
    """Return the paths that take forms and have no page themselves, with an id nobody has."""
    routes = app.url_map.bind("127.0.0.1")
    forms = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    paths = {address(rule) for rule in forms if "<any(" not in rule.rule}
    return {path for path in paths if not routes.test(path, "GET")}


def test_every_one_leads_to_a_page(app: Flask, visit: Visit) -> None:
    client = visit(HANA).client
    paths = only_forms(app)
    assert len(paths) > 40
    for path in sorted(paths):
        answer = client.get(f"{path}?{PLACE}")
        assert answer.status_code == 303, path
        page = answer.location.partition("?")[0]
        assert path.startswith(page), (path, page)
        # An id nobody has is no page; anything but that is one, and none leads here again.
        shown = client.get(answer.location)
        assert shown.status_code in (200, 303, 308, 404), (path, answer.location)


def test_a_refused_act_leads_to_its_case_beside_the_same_queue(visit: Visit) -> None:
    pages, made = visit(SOYEON), report(visit)
    case = f"/console/reports/{made}"
    for act in ("answer", "assign", "merge", "note", "reject", "parts", "redact", "undo"):
        answer = pages.client.get(f"{case}/{act}?{PLACE}")
        assert answer.location == f"{case}?{PLACE}"
    assert pages.client.get(f"/console/bulk?{PLACE}").location == f"/console/?{PLACE}"
    assert pages.client.get(f"/reports/{made}/judge").location == f"/reports/{made}"


def test_a_program_is_told_that_it_takes_forms_alone(visit: Visit) -> None:
    told = visit(HANA).client.get("/console/bulk", headers={"Accept": "application/json"})
    assert told.status_code == 405


def test_a_refused_undo_is_told_in_its_case(visit: Visit) -> None:
    pages, made = visit(SOYEON), report(visit)
    case = f"/console/reports/{made}"
    pages.get(case)
    pages.post(f"{case}/answer", status="closed", text="끝")
    assert f'action="{case}/undo"' in pages.get(case)
    late = pages.post(f"{case}/undo", 409, at="2020-01-01T00:00:00+00:00").text
    assert 'role="alert"' in late.split('class="case"')[1]
    alone = pages.post("/console/undo", 409, at="2020-01-01T00:00:00+00:00").text
    assert 'role="alert"' in alone
    assert 'class="case"' not in alone


def test_the_forms_of_a_photo_keep_the_place(visit: Visit) -> None:
    page = visit(SOYEON).get(f"/console/reports/{pictured(visit)}?{PLACE}")
    for act in ("redact", "remove-photo"):
        assert f"/{act}?view=new&amp;kind=street_light" in page
