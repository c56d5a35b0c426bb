"""The analysis page, its map and the file one can take away: none asks an outside host."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from participation.reports.imports.arrivals import take_in
from services import clock
from services.auth import Actor
from services.db import unit_of_work
from tests.conftest import AT
from tests.pages import Outline, Pages
from tests.participation.reports.analysis.test_analysis_counts_by_hexagon_and_month import told
from tests.people import MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]


@pytest.fixture
def reported(app: Flask) -> Flask:
    evil = "</script><img src=//evil.example> 바다로"
    with unit_of_work(app.extensions["engine"]) as session:
        many = [told(n, AT, lat=34.2 + n % 7 * 0.004, place=evil) for n in range(60)]
        take_in(session, many, at=AT)
    return app


def document(pages: Pages, path: str) -> tuple[str, str]:
    answer = pages.client.get(path)
    assert answer.status_code == 200
    return answer.text, answer.headers["Content-Security-Policy"]


def outline(html: str) -> Outline:
    found = Outline()
    found.feed(html)
    return found


def hashes(html: str, kind: str) -> set[str]:
    bodies = re.findall(rf"<{kind}>(.*?)</{kind}>", html, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(b.encode()).digest()).decode() for b in bodies]
    return {f"'sha256-{digest}'" for digest in digests}


def test_the_table_holds_the_figures_of_the_map(reported: Flask, visit: Visit) -> None:
    page = visit(SOYEON).get("/console/analysis?until=2026-11")
    assert "/console/analysis/map?until=2026-11" in page
    assert '<td class="num">60</td><td></td></tr></tfoot>' in page
    assert "&lt;/script&gt;" in page


def test_the_map_runs_only_what_its_policy_names(reported: Flask, visit: Visit) -> None:
    html, policy = document(visit(TAEHO), "/console/analysis/map?until=2026-11")
    for kind in ("script", "style"):
        assert hashes(html, kind) <= set(policy.replace(";", " ").split())
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert re.findall(r'<script src="([^"]+)"', html)[0].startswith("/static/dist/analysis-")
    assert not outline(html).outside
    assert not re.search(r"\sstyle=|\son\w+=", html)
    assert "user-scalable" not in html


def test_the_file_needs_nothing_else(reported: Flask, visit: Visit) -> None:
    pages = visit(SOYEON)
    answer = pages.client.get("/console/analysis/file?until=2026-11")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="madang-2026-11.html"'
    html = answer.text
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=|<link[^>]*\shref=", html)
    assert "MadangSheet" in html
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert "'self'" not in policy[1]
    for kind in ("script", "style"):
        assert hashes(html, kind) <= set(policy[1].replace(";", " ").split())


def test_a_name_cannot_leave_its_script(reported: Flask, visit: Visit) -> None:
    html, _ = document(visit(SOYEON), "/console/analysis/map?until=2026-11")
    assert "evil.example>" not in html


def test_the_sheet_has_heat_ages_and_numbered_spots(app: Flask, visit: Visit) -> None:
    at = clock.now()
    month = f"{at:%Y-%m}"
    with unit_of_work(app.extensions["engine"]) as session:
        many = [
            told(n, at, lat=34.2 + n % 10 * 0.004, lon=127.9 + n // 10 * 0.005) for n in range(100)
        ]
        # One street with far more than the others, which all wait for ten days.
        crowd = [told(100 + n, at - timedelta(days=10), lat=34.22, lon=127.92) for n in range(60)]
        take_in(session, many + crowd, at=at)
    html, _ = document(visit(SOYEON), f"/console/analysis/map?until={month}")
    for view in ("months", "heat", "ages"):
        assert f'data-view="{view}"' in html
        assert f'name="view" value="{view}"' in html
    heat = re.search(r"heat: (\{.*?\})", html)
    assert heat is not None
    told_of = json.loads(heat[1])
    values = base64.b64decode(told_of["values"])
    assert len(values) == told_of["wide"] * told_of["high"]
    assert max(values) == 255
    assert '"spot": 1' in html
    page = visit(SOYEON).get(f"/console/analysis?until={month}")
    assert " 1</strong>" in page
    assert '<td class="num">10</td></tr>' in page


def test_residents_do_not_see_it(app: Flask, visit: Visit) -> None:
    for path in ("", "/map", "/file"):
        visit(MINJI).get("/console/analysis" + path, status=403)


def test_without_reports_the_page_says_so(app: Flask, visit: Visit) -> None:
    assert "<iframe" not in visit(SOYEON).get("/console/analysis")
    visit(SOYEON).get("/console/analysis/map", status=404)


def test_an_odd_month_is_told(app: Flask, visit: Visit) -> None:
    visit(SOYEON).get("/console/analysis?until=soon", status=422)
