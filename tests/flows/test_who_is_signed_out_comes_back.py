"""A session that ended costs nobody their place: parts of pages say no, and a form leads back."""

from collections.abc import Callable
from urllib.parse import unquote

import pytest

from services.auth import Actor
from tests.flows.test_report_to_answer import FORM, report
from tests.pages import Pages
from tests.people import JUN, MINJI

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
    }
    for path, page in stands.items():
        led = visit(None).post(path, 303, **FORM).location
        assert unquote(led) == f"/sign-in?next={page}", path


def test_only_who_follows_is_told_so(visit: Visit) -> None:
    page = f"/reports/{report(visit)}?joined=1"
    assert FOLLOWED in visit(MINJI).get(page)
    assert FOLLOWED not in visit(JUN).get(page)
    assert FOLLOWED not in visit(None).get(page)
    visit(JUN).post(page.replace("?joined=1", "/follow"))
    assert FOLLOWED in visit(JUN).get(page)
