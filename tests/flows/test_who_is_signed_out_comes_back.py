"""A session that ended costs nobody their place: parts of pages say no, and a form leads back."""

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from flask import Flask

from services.auth import Actor
from services.auth.gates import GATE
from tests.flows.test_an_address_of_a_form_leads_to_its_page import filled
from tests.flows.test_report_to_answer import FORM, report
from tests.pages import Pages
from tests.people import HANA, JUN, MINJI

Visit = Callable[[Actor | None], Pages]
FOLLOWED = "이제 함께 지켜봐요"


@pytest.mark.above_the_database
def test_no_page_is_put_in_the_place_of_a_part(visit: Visit) -> None:
    made = report(visit)
    for path in ("/console/", f"/console/reports/{made}", "/me"):
        answer = visit(None).client.get(path, headers={"X-Partial": "1", "Accept": "text/html"})
        assert (answer.status_code, answer.text) == (401, ""), path


@pytest.mark.above_the_database
def test_a_form_leads_by_the_sign_in_to_the_page_it_stands_on(visit: Visit) -> None:
    made = report(visit)
    stands = {
        f"/reports/{made}/follow": f"/reports/{made}",
        f"/reports/{made}/judge": f"/reports/{made}",
        f"/console/reports/{made}/answer?view=new": f"/console/reports/{made}?view=new",
        "/reports/": "/reports/new",
        # Its own address is a page.
        "/console/phone": "/console/phone",
        "/console/answers/": "/console/answers/",
        "/console/routing/rule?id=1": "/console/routing/rule?id=1",
        f"/console/reports/{made}/block": f"/console/reports/{made}/block",
        f"/me/places/{made}": f"/me/places/{made}",
        "/me/places": "/me/places/new",
        "/reports/caller/x1": "/reports/caller/x1",
        # A page takes it for the place of that id.
        "/me/places/times": "/me/places",
    }
    for path, page in stands.items():
        led = visit(None).post(path, 303, **FORM).location
        assert unquote(led) == f"/sign-in?next={page}", path


@pytest.mark.above_the_database
def test_a_form_whose_address_is_its_page_leads_there(app: Flask, visit: Visit) -> None:
    pages, hana, found = visit(None), visit(HANA).client, 0
    for rule in app.url_map.iter_rules():
        view, path = app.view_functions[rule.endpoint], filled(rule)
        if "POST" not in (rule.methods or ()) or getattr(view, GATE) == "public":
            continue
        page = unquote(pages.post(path, 303).location).removeprefix("/sign-in?next=")
        shown = hana.get(page, follow_redirects=True)
        # An id nobody has is no page; anything but that is one.
        assert shown.status_code in ((200, 403, 404) if rule.arguments else (200,)), (path, page)
        found += page == path
    assert found > 10


def test_only_who_follows_is_told_so(visit: Visit) -> None:
    page = f"/reports/{report(visit)}?joined=1"
    assert FOLLOWED in visit(MINJI).get(page)
    assert FOLLOWED not in visit(JUN).get(page)
    assert FOLLOWED not in visit(None).get(page)
    visit(JUN).post(page.replace("?joined=1", "/follow"))
    assert FOLLOWED in visit(JUN).get(page)


@pytest.mark.above_the_database
def test_whom_a_page_sent_to_sign_in_reads_that_they_come_back_to_it(visit: Visit) -> None:
    told = "로그인하면 하려던 일로 바로 이어져요"
    assert told in visit(None).get("/sign-in?next=/reports/new")
    assert told not in visit(None).get("/sign-in")
    assert told not in visit(MINJI).get("/sign-in?next=/reports/new")
