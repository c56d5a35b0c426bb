"""Covering a photo waits its turn; where none comes, what was drawn stands in the form again."""

import re

import pytest
from flask import Flask

from services.media import processor
from services.media.turns import Turns
from tests.participation.reports.photos.covers import BOX, Visit, photo_of, report
from tests.people import SOYEON

SENTENCES = {"ko": "지금 사진을 많이 처리하고 있어요", "en": "Many photos are being worked on"}
UNDER_WAY = {"ko": "보낸 다른 사진을 아직 가리고 있어요", "en": "Another photo of yours is still"}
BOXES = {side: [share, "0.125"] for side, share in BOX.items()}


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_what_was_drawn_comes_back_with_why(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    pages = visit(SOYEON)
    pages.client.set_cookie("lang", lang)
    pages.get(f"/console/reports/{report_id}")
    monkeypatch.setattr(processor, "TURNS", Turns(0, seats=0, patience_s=0, longest_s=0))
    told = BOXES | {"photo": before, "seen": ""}
    answer = pages.post(f"/console/reports/{report_id}/redact", 503, **told)
    assert int(answer.headers["Retry-After"]) > 0
    form = answer.text.split('data-act="redact"')[1].split("</form>")[0]
    assert SENTENCES[lang] in form.split('role="alert"')[1].split("</div>")[0]
    for side, shares in BOXES.items():
        assert re.findall(rf'name="{side}"[^>]*value="([^"]*)"', form) == shares
    assert photo_of(visit, report_id) == before


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_who_sends_a_second_before_the_first_is_done_reads_so(visit: Visit, lang: str) -> None:
    report_id = report(visit)
    before = photo_of(visit, report_id)
    pages = visit(SOYEON)
    pages.client.set_cookie("lang", lang)
    pages.get(f"/console/reports/{report_id}")
    told = BOXES | {"photo": before, "seen": ""}
    with processor.TURNS.taken(by=str(SOYEON.id)):
        answer = pages.post(f"/console/reports/{report_id}/redact", 409, **told)
    form = answer.text.split('data-act="redact"')[1].split("</form>")[0]
    assert UNDER_WAY[lang] in form.split('role="alert"')[1].split("</div>")[0]
    for side, shares in BOXES.items():
        assert re.findall(rf'name="{side}"[^>]*value="([^"]*)"', form) == shares
    assert photo_of(visit, report_id) == before
    pages.post(f"/console/reports/{report_id}/redact", **told)
    assert photo_of(visit, report_id) != before


def test_a_program_is_told_why(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    report_id = report(visit)
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{report_id}")
    monkeypatch.setattr(processor, "TURNS", Turns(0, seats=0, patience_s=0, longest_s=0))
    answer = pages.client.post(
        f"/console/reports/{report_id}/redact",
        data=BOX | {"csrf_token": pages.token},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 503
    assert answer.get_json()["type"] == "urn:madang:photos_busy"
    assert SENTENCES["ko"] in answer.get_json()["title"]
