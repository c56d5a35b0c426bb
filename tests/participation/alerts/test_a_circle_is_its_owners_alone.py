"""Where a person's circle lies stands in their own rows and nowhere else."""

import json
import logging
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.alerts.rules import Kind
from services.db import Base, unit_of_work
from tests.conftest import AT
from tests.pages import Pages
from tests.participation.alerts.conftest import HOME, Street
from tests.people import HANA, JUN, MINJI, SOYEON

# Its own rows, and the notice on its way to the one whose it is.
OWN = {"alert", "alert_cell", "push_message"}
NAME, WORDS = "zauberhafte-strasse", "quittengelee"
PLACE = (37.498765, 127.004321)


def everything(engine: sa.Engine) -> dict[str, str]:
    """Return all that stands in each table, as text."""
    with engine.connect() as connection:
        return {
            table.name: "\n".join(str(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in Base.metadata.sorted_tables
        }


def test_no_table_log_or_event_tells_of_it(
    app: Flask, street: Street, turn: Callable[[], int], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        street.follow(MINJI, label=NAME, lat=PLACE[0], lon=PLACE[1], radius_m=3000)
        street.follow(MINJI, kind=Kind.WORDS, label=NAME, words=WORDS)
        street.report()
        turn()
    assert street.notices()
    held = everything(app.extensions["engine"])
    for told in (NAME, WORDS, str(PLACE[0]), str(PLACE[1])):
        assert {name for name, text in held.items() if told in text} <= OWN
        assert told not in caplog.text


def test_a_reports_page_looks_the_same_whoever_follows_its_place(
    app: Flask,
    street: Street,
    turn: Callable[[], int],
    visit: Callable[..., Pages],
) -> None:
    report_id = street.report()
    turn()
    paths = [f"/reports/{report_id}", "/reports/", "/reports/feed.geojson", "/reports/feed.atom"]
    before = [plain(visit(JUN).get(path)) for path in paths]
    street.follow(MINJI)
    assert [plain(visit(JUN).get(path)) for path in paths] == before


def plain(page: str) -> str:
    """Return a page without what is new at each visit: tokens, marks, how long ago things were."""
    ageless = re.sub(r"(<time[^>]*>)[^<]*|data-sign-in=\S*", r"\1", page)
    return "\n".join(line for line in ageless.splitlines() if "csrf_token" not in line)


def test_staff_find_neither_circle_nor_count(
    street: Street, turn: Callable[[], int], visit: Callable[..., Pages]
) -> None:
    key = street.follow(MINJI, label=NAME)
    report_id = street.report()
    turn()
    for who in (SOYEON, HANA):
        assert NAME not in visit(who).get(f"/console/reports/{report_id}")
        visit(who).get(f"/me/places/{key}", status=404)
    assert NAME not in visit(HANA).get("/console/audit")


def test_it_is_handed_out_to_its_owner_and_erased(app: Flask, street: Street) -> None:
    street.follow(MINJI, label=NAME, lat=HOME[0], lon=HOME[1])
    street.follow(JUN, label="jun")
    hook = next(h for h in app.extensions["registry"].privacy if h.name == "alerts")
    engine = app.extensions["engine"]
    with unit_of_work(engine) as session:
        [place] = hook.export(session, MINJI.id)["places"]
        assert (place["label"], place["lat"], place["radius_m"]) == (NAME, HOME[0], 300)
        assert json.dumps(place)
        hook.erase(session, MINJI.id, AT)
    held = everything(engine)
    assert NAME not in held["alert"]
    assert "jun" in held["alert"]


def test_what_was_found_is_its_owners_too(
    app: Flask, street: Street, turn: Callable[[], int]
) -> None:
    mine, theirs = street.follow(MINJI, label=NAME), street.follow(JUN, label="jun")
    report_id = street.report(SOYEON)
    turn()
    assert {hit.alert_id for hit in street.hits()} == {mine, theirs}
    hook = next(h for h in app.extensions["registry"].privacy if h.name == "alerts")
    with unit_of_work(app.extensions["engine"]) as session:
        [found] = hook.export(session, MINJI.id)["found"]
        assert found["report"] == str(report_id)
        hook.erase(session, MINJI.id, AT)
    assert [hit.alert_id for hit in street.hits()] == [theirs]
