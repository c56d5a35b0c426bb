"""A page drawn for a refused form has the form's address; opened again it leads to a page."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from services.auth import Actor
from services.web.leading import STANDS_ON
from tests.flows.test_report_to_answer import report
from tests.law.test_every_route_is_guarded import address
from tests.pages import Pages
from tests.participation.reports.photos.covers import report as pictured
from tests.people import HANA, SOYEON

Visit = Callable[[Actor | None], Pages]
pytestmark = pytest.mark.above_the_database
PLACE = "view=new&kind=street_light"


def filled(rule: Rule) -> str:
    """Return a path the rule answers: the first of what it may be, and an id nobody has."""
    return address(Rule(re.sub(r"<any\(\W*(\w+)[^>]*>", r"\1", rule.rule)))


def forms_without_page(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield what takes forms and is no page itself, though a page may take it for its own."""
    routes = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            path = filled(rule)
            own = routes.test(path, "GET") and routes.match(path, "GET", return_rule=True)[0]
            if not own or own.rule != rule.rule:
                yield rule, path


def test_every_one_leads_to_a_page(app: Flask, visit: Visit) -> None:
    client = visit(HANA).client
    found = list(forms_without_page(app))
    assert len(found) > 50
    for rule, path in found:
        answer = client.get(f"{path}?{PLACE}")
        if answer.mimetype != "text/html":
            # Machines are told no in the form they speak.
            assert path.startswith("/open311/"), path
            continue
        assert answer.status_code == 303, path
        page, _, query = answer.location.partition("?")
        assert query == PLACE
        view = app.view_functions[rule.endpoint]
        assert getattr(view, STANDS_ON, page) == page
        assert hasattr(view, STANDS_ON) or path.startswith(page), (path, page)
        # An id nobody has is no page; anything but that is one, and none leads here again.
        shown = client.get(answer.location)
        assert shown.status_code in ((200, 303, 308, 404) if rule.arguments else (200, 308)), path


def test_the_page_holds_the_form(app: Flask, visit: Visit) -> None:
    report(visit)
    client = visit(HANA).client
    paths = [path for rule, path in forms_without_page(app) if not rule.arguments]
    led = {path: client.get(path, follow_redirects=True).text for path in paths}
    held = {path for path, page in led.items() if f'action="{path}' in page}
    tables = {f"/console/routing/{one}" for one in ("teams", "areas", "calendar", "days")}
    mine = {"/me/places/times", "/reports/letters", "/sign-out"}
    assert {"/console/bulk", "/language", *tables, *mine} <= held
    # The others stand there once there is something to undo, a code was sent, or two sign-ins or
    # stuck deliveries are.
    rest = {path for path in set(paths) - held if not path.startswith("/push/")}
    undone = {"/console/undo", "/console/routing/undo", "/console/answers/undo"}
    together = {f"/console/dead-letters/{one}-all" for one in ("retry", "discard")}
    assert rest <= {*undone, *together, "/sign-in/code", "/me/sessions/others/revoke"}


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
