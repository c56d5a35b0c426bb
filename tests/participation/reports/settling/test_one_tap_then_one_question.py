"""After a yes one question, once; what people answered is shown in sums of five or more."""

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from participation.reports.settling.models import ReportRating
from services import clock
from services.db import Session, unit_of_work
from tests.flows.test_closed_is_not_fixed import settled
from tests.participation.reports.settling import test_one_tap as taps
from tests.participation.reports.settling.test_one_tap import Visit
from tests.people import MINJI, PEOPLE

addresses, asked = taps.addresses, taps.asked


def test_one_question_once_after_a_yes(asked: dict[str, str], visit: Visit, app: Flask) -> None:
    pages, base = visit(None), asked["yes"].rsplit("/", 1)[0]
    assert "얼마나 만족" not in pages.get(base)
    pages.post(asked["yes"])
    assert "얼마나 만족" in pages.get(base)
    pages.post(f"{base}/rating", score="9", expect=422)
    pages.post(f"{base}/rating", score="4", text="빨라서 좋았어요")
    assert "얼마나 만족" not in pages.get(base)
    pages.post(f"{base}/rating", score="1", expect=409)
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(ReportRating.score)).all() == [4]
        report_id = session.scalars(sa.select(Report.id)).one()
    assert "빨라서" not in visit(None).get(f"/reports/{report_id}")


def test_who_said_yes_on_the_page_is_asked_there(visit: Visit) -> None:
    report_id = settled(visit)
    minji = visit(MINJI)
    minji.get(f"/reports/{report_id}")
    minji.post(f"/reports/{report_id}/rating", score="5", expect=409)
    minji.post(f"/reports/{report_id}/judge", settled="yes")
    assert "얼마나 만족" in minji.get(f"/reports/{report_id}")
    minji.post(f"/reports/{report_id}/rating", score="5")
    assert "얼마나 만족" not in minji.get(f"/reports/{report_id}")


@pytest.mark.parametrize(("voices", "shown"), [(4, False), (5, True)])
def test_contentment_is_shown_in_sums_of_five_or_more(
    visit: Visit, app: Flask, voices: int, shown: bool
) -> None:
    settled(visit)
    with unit_of_work(app.extensions["engine"]) as session:
        report = session.scalars(sa.select(Report)).one()
        people = [who.id for who in PEOPLE.values()][:voices]
        assert len(people) == voices
        for score, person_id in enumerate(people, 1):
            session.add(
                ReportRating(report_id=report.id, person_id=person_id, score=score, at=clock.now())
            )
    assert ("사람들의 만족도" in visit(None).get("/reports/numbers")) is shown
