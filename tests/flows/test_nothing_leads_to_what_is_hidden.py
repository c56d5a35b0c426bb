"""No path leads out, and what is another person's looks like nothing at all."""

from collections.abc import Callable

import pytest
from flask import Flask

from services.auth import Actor
from tests.flows.refusals import explains, stored
from tests.flows.test_report_to_answer import report
from tests.pages import Pages
from tests.people import HANA, JUN

Visit = Callable[[Actor | None], Pages]


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2fapp.py",
        "/static/dist/../../app.py",
        "/media/..%2f..%2fsecret.key/large.webp",
        "/media/" + "a" * 64 + "/..%2flarge.webp",
        "/static/dist/%2e%2e/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
    ],
)
def test_no_path_leads_out(app: Flask, visit: Visit, path: str) -> None:
    answer = visit(None).client.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert explains(answer)


def test_what_is_another_persons_looks_like_nothing(app: Flask, visit: Visit) -> None:
    hidden = report(visit)
    visit(HANA).post(f"/console/reports/{hidden}/reject", reason="사진에 얼굴이 있어요")
    pages = visit(JUN)
    before = stored(app)
    for path in (f"/reports/{hidden}", f"/reports/{hidden}/timeline"):
        assert pages.client.get(path).status_code == 404
    pages.post(f"/reports/{hidden}/follow", expect=404)
    for path in ("/console/", f"/console/reports/{hidden}", "/console/people/", "/console/audit"):
        assert pages.client.get(path).status_code == 403
    for act in ("answer", "assign", "merge", "reject", "note", "redact"):
        pages.post(f"/console/reports/{hidden}/{act}", expect=403)
    assert stored(app) == before
