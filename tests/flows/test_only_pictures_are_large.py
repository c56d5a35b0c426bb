"""A body is large where files are taken, and nowhere else."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.auth import Actor
from services.web.safety import BODY, MEGABYTE, PICTURES
from tests.pages import Pages
from tests.people import HANA

Visit = Callable[[Actor | None], Pages]

pytestmark = pytest.mark.above_the_database
KIND = "multipart/form-data; boundary=x"
HEAD = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'


def body(megabytes: int, **fields: str) -> bytes:
    """Return a form with words and one file of that many megabytes."""
    parts = [HEAD.format(name, "").encode() + value.encode() for name, value in fields.items()]
    file = HEAD.format("photo", '; filename="a.jpg"').encode() + bytes(megabytes * MEGABYTE)
    return b"\r\n".join([*parts, file, b"--x--\r\n"])


def test_few_routes_take_files(app: Flask) -> None:
    large = {name: view for name, view in app.view_functions.items() if hasattr(view, BODY)}
    assert set(large) == {"reports.create", "open311.create", "reports_stickers.bring"}
    assert {getattr(view, BODY) for name, view in large.items() if name.endswith("create")} == {
        PICTURES
    }


def test_a_plain_form_is_small_whatever_it_says_it_is(visit: Visit) -> None:
    pages = visit(HANA)
    pages.get("/reports/new")
    for path in ("/language", "/console/bulk", "/reports/nowhere/follow"):
        sent = body(2, csrf_token=pages.token)
        answer = pages.client.post(path, data=sent, content_type=KIND, buffered=True)
        assert answer.status_code == 413, path


def test_the_report_form_takes_pictures_and_no_more(visit: Visit) -> None:
    pages = visit(HANA)
    pages.get("/reports/new")
    for megabytes, status in ((40, 422), (65, 413)):
        sent = body(megabytes, csrf_token=pages.token)
        answer = pages.client.post("/reports/", data=sent, content_type=KIND, buffered=True)
        assert answer.status_code == status


def test_open311_takes_pictures_and_no_more(app: Flask) -> None:
    client: FlaskClient = app.test_client()
    for megabytes, code in ((40, 403), (65, 400)):
        sent = body(megabytes, service_code="litter")
        answer = client.post("/open311/v2/requests.json", data=sent, content_type=KIND)
        assert answer.status_code == code
        if code == 400:
            assert "너무 커요" in answer.text
