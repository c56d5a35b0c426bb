"""A row of the queue says where and how a report stands: two called alike are told apart."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Flask

from participation.reports.models import Report
from services import clock
from services.auth import Actor
from services.db import unit_of_work
from tests.flows.canaries import report
from tests.pages import Pages
from tests.people import JUN, SOYEON

Visit = Callable[[Actor | None], Pages]
META = re.compile(r'<p class="queue-meta">(.*?)</p>', re.S)


def row(page: str, report_id: str) -> str:
    found = [one for one in page.split("<li ") if f'id="row-{report_id}"' in one]
    assert len(found) == 1
    return found[0]


def test_two_that_are_called_alike_are_told_apart(visit: Visit) -> None:
    jun = visit(JUN)
    here = report(jun, "구멍이 났어요", "34.25", place="매화로 1")
    there = report(jun, "구멍이 났어요", "34.26", place="Plum Street 2")
    pages = visit(SOYEON)
    for path in ("/console/", "/console/?view=new", f"/console/reports/{here}"):
        page = pages.get(path)
        assert "매화로 1" in META.findall(row(page, here))[0]
        # What somebody wrote says in which language it is.
        assert '<span lang="en">Plum Street 2</span>' in META.findall(row(page, there))[0]


def test_who_handles_it_reads_the_place_that_its_case_has(visit: Visit) -> None:
    told = report(
        visit(JUN), "밤마다 시끄러워요", "34.25", category="noise", place="매화로 54, 302호"
    )
    pages = visit(SOYEON)
    assert "302호" in pages.get(f"/console/reports/{told}").partition("</ul>")[2]
    assert "매화로 54, 302호" in row(pages.get("/console/"), told)


def test_one_that_names_no_place_says_nothing_of_it(visit: Visit) -> None:
    told = report(visit(JUN), "구멍이 났어요", "34.25")
    assert "<span></span>" not in row(visit(SOYEON).get("/console/"), told)


def test_what_is_late_says_its_state_too(app: Flask, visit: Visit) -> None:
    jun, pages = visit(JUN), visit(SOYEON)
    new, seen, early = (report(jun, f"등 {n}", f"34.2{n}") for n in (1, 2, 3))
    pages.get(f"/console/reports/{seen}")
    pages.post(f"/console/reports/{seen}/answer", status="acknowledged", text="볼게요")
    with unit_of_work(app.extensions["engine"]) as session:
        for one in (new, seen):
            session.get_one(Report, UUID(one)).due_at = clock.now() - timedelta(days=1)
    page = pages.get("/console/")
    late = [
        ("chip-open", new, True),
        ("chip-acknowledged", seen, True),
        ("chip-open", early, False),
    ]
    for chip, one, is_late in late:
        found = row(page, one)
        assert chip in found
        assert ('class="late"' in found) == is_late
