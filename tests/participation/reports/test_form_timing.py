"""Signs of a machine lead to a first look, never to a lost report; bounds count browsers too."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports.blocks.models import ReportTrace
from participation.reports.models import Report
from services import clock
from services.auth import Actor
from services.config import SettingsError, load
from services.db import Session
from services.web.stamps import stamp, stamped_at
from tests.conftest import AT
from tests.pages import Pages
from tests.people import JUN, MINJI

PRODUCTION = {
    "MADANG_MODE": "production",
    "MADANG_SECRET_KEY": "s" * 40,
    "MADANG_BASE_URL": "https://madang.example",
    "MADANG_SMTP_URL": "smtp://127.0.0.1:9",
}
Visit = Callable[[Actor | None], Pages]
STAMP = re.compile(r'name="opened" value="([^"]+)"')
FORM = {"category": "litter", "text": "봉투", "lat": "34.2", "lon": "127.9"}


def state(session: Session, location: str) -> tuple[str, str]:
    session.expire_all()
    report = session.scalars(select(Report)).one()
    assert str(report.id) in location
    return report.status, session.get_one(ReportTrace, report.id).why


def aged(app: Flask, seconds: float) -> str:
    with app.test_request_context():
        return stamp(clock.now() - timedelta(seconds=seconds))


def test_the_form_carries_a_stamp_that_only_we_can_write(app: Flask, visit: Visit) -> None:
    told = STAMP.search(visit(MINJI).get("/reports/new"))
    assert told is not None
    with app.test_request_context():
        assert stamped_at(told[1]) is not None
        assert stamped_at(stamp(AT)) == AT
        for forged in ("", "1.2", told[1][:-1] + "x", "9" * 40 + ".a", "²." + "0" * 32):
            assert stamped_at(forged) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"age": 60}, ("open", "")),
        ({"age": 0}, ("held", "fast")),
        ({"age": 40 * 86_400}, ("open", "")),
        ({"opened": "1700000000." + "0" * 32}, ("held", "fast")),
        ({"age": 60, "homepage": "https://spam.example"}, ("held", "trap")),
    ],
    ids=["in time", "too fast", "sent weeks later", "forged", "hidden field"],
)
def test_odd_forms_wait_and_are_kept(
    app: Flask, session: Session, visit: Visit, fields: dict[str, object], expected: object
) -> None:
    sent = {**FORM, **fields}
    if (age := sent.pop("age", None)) is not None:
        sent["opened"] = aged(app, float(str(age)))
    answer = visit(MINJI).post("/reports/", **sent)
    assert state(session, answer.headers["Location"]) == expected


def test_whom_a_browser_helps_to_fill_in_is_not_held(
    app: Flask, session: Session, visit: Visit
) -> None:
    pages = visit(MINJI)
    page = pages.get("/reports/new")
    trap = re.search(r'<input name="homepage"[^>]*>', page)
    assert trap is not None
    # No value that a password manager or a browser keeps of a person may land in the hidden field.
    for mark in ('autocomplete="off"', "data-1p-ignore", 'data-lpignore="true"', "data-bwignore"):
        assert mark in trap[0]
    # An address that was filled in for them, and three seconds over the form: the quickest of all.
    helped = {**FORM, "place": "샘물로 21", "opened": aged(app, 3), "homepage": ""}
    answer = pages.post("/reports/", **helped)
    assert state(session, answer.headers["Location"]) == ("open", "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"MADANG_MODE": "demo"}, False),
        ({"MADANG_MODE": "test"}, False),
        (PRODUCTION, True),
        (PRODUCTION | {"MADANG_FIRST_TIME_QUEUE": "false"}, False),
        ({"MADANG_MODE": "demo", "MADANG_FIRST_TIME_QUEUE": "true"}, True),
    ],
)
def test_first_looks_are_on_outside_the_demo(
    tmp_path: Path, given: dict[str, str], expected: bool
) -> None:
    assert load(given | {"MADANG_DATA_DIR": str(tmp_path)}).first_time_queue is expected


def test_an_odd_address_to_take_letters_at_is_refused(tmp_path: Path) -> None:
    given = {"MADANG_DATA_DIR": str(tmp_path), "MADANG_MAIL_IN_BIND": "everywhere"}
    with pytest.raises(SettingsError, match="MADANG_MAIL_IN_BIND"):
        load(given)


def test_what_was_wrong_is_sent_again_with_its_first_stamp(app: Flask, visit: Visit) -> None:
    pages = visit(MINJI)
    old = aged(app, 60)
    answer = pages.post("/reports/", 422, **{**FORM, "text": "", "opened": old})
    assert f'value="{old}"' in answer.text


def test_a_browser_is_known_again_and_its_cookie_cannot_be_made_up(
    app: Flask, session: Session, visit: Visit
) -> None:
    pages = visit(MINJI)
    pages.get("/reports/new")
    cookie = pages.client.get_cookie("madang_device")
    assert cookie is not None
    assert cookie.http_only
    pages.post("/reports/", **FORM)
    pages.client.set_cookie("madang_device", cookie.value.replace(".", "x."))
    pages.post("/reports/", **FORM, idempotency_key="another-key-1")
    devices = session.scalars(select(ReportTrace.device)).all()
    assert len(set(devices)) == 2
    assert all(len(str(one)) == 64 for one in devices)


def test_a_browser_has_a_bound_whoever_signs_in(app: Flask, visit: Visit) -> None:
    first, second = visit(MINJI), visit(JUN)
    first.get("/reports/new")
    cookie = first.client.get_cookie("madang_device")
    assert cookie is not None
    second.client.set_cookie("madang_device", cookie.value)
    from_there = cookie.value
    with app.test_request_context(headers={"Cookie": f"madang_device={from_there}"}):
        browser = app.extensions["limits"]
        for _ in range(20 * 100):
            browser.count(f"report:{device_of(from_there)}", 3600)
    first.post("/reports/", 429, **FORM)
    second.post("/reports/", 429, **FORM)
    visit(JUN).post("/reports/", **FORM)


def device_of(cookie: str) -> str:
    return hashlib.sha256(cookie.partition(".")[0].encode()).hexdigest()
