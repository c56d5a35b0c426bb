"""What FixMyStreet sends and reads: XML alone, attributes by name, repeated pictures, updates."""

import io
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from participation.reports import actions
from participation.reports.forwarding.models import OutsidePicture
from participation.reports.models import Report, ReportEntry
from participation.reports.queries import photos_of
from participation.reports.rules import Status
from services import clock
from services.db import Session, unit_of_work
from tests.participation.reports.photos.covers import street
from tests.participation.reports.photos.looks import look_over
from tests.people import SOYEON

BASE = "/open311/v2/"


def council(key: str) -> dict[str, Any]:
    return {
        "api_key": key,
        "jurisdiction_id": "haneul",
        "service_code": "street_light",
        "lat": "34.21",
        "long": "127.91",
        "description": "Lamp out\r\n\r\nSent from our site",
        "email": "minsu@example.org",
        "first_name": "Minsu",
        "last_name": "Gong",
        "attribute[detail]": "17",
        "attribute[fixmystreet_id]": "123",
        "attribute[title]": "Lamp out",
    }


def posted(client: FlaskClient, told: dict[str, Any]) -> str:
    answer = client.post(BASE + "requests.xml", data=told)
    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    root = ElementTree.fromstring(answer.data)
    assert root.tag == "service_requests"
    return str(root.findtext("request/service_request_id"))


def test_a_request_with_two_pictures_by_address(
    client: FlaskClient, key: str, session: Session
) -> None:
    urls = ["https://fms.example.org/1.jpg", "https://fms.example.org/2.jpg"]
    number = posted(client, council(key) | {"media_url": urls})
    assert session.scalars(sa.select(Report.answer)).one() == "17"
    kept = sa.select(OutsidePicture.url).order_by(OutsidePicture.position)
    assert session.scalars(kept).all() == urls
    token = client.get(f"{BASE}tokens/{number}.xml")
    assert ElementTree.fromstring(token.data).findtext("request/service_request_id") == number


def test_a_private_request_brings_its_pictures_along(
    client: FlaskClient, key: str, session: Session, engine: sa.Engine
) -> None:
    sent = {f"photo{n}": (io.BytesIO(street(n)), f"{n}.png") for n in (1, 2, 3)}
    posted(client, council(key) | sent)
    assert look_over(engine) == 3
    report = session.scalars(sa.select(Report)).one()
    assert len(photos_of(session, report)) == 3


def test_our_answers_are_read(client: FlaskClient, key: str, engine: sa.Engine) -> None:
    number = posted(client, council(key))
    with unit_of_work(engine) as session:
        report = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, report, Status.FIXED, "Done", at=clock.now())
    since = "2026-11-01T00:00:00Z"
    asked = f"?jurisdiction_id=haneul&api_key={key}&start_date={since}&end_date="
    root = ElementTree.fromstring(client.get(f"{BASE}servicerequestupdates.xml{asked}").data)
    (word,) = root.findall("request_update")
    assert root.tag == "service_request_updates"
    assert word.findtext("service_request_id") == number
    assert (word.findtext("status"), word.findtext("description")) == ("FIXED", "Done")
    assert word.findtext("update_id")


@pytest.mark.parametrize("status", ["OPEN", "ACTION_SCHEDULED", "NOT_COUNCILS_RESPONSIBILITY", ""])
def test_its_updates_reach_our_staff(
    client: FlaskClient, key: str, session: Session, status: str
) -> None:
    told = {
        "api_key": key,
        "jurisdiction_id": "haneul",
        "service_request_id": posted(client, council(key)),
        "update_id": "5",
        "updated_datetime": "2026-11-24T09:00:00+09:00",
        "status": status,
        "description": "It still flickers",
        "email": "minsu@example.org",
        "media_url": "https://fms.example.org/u.jpg",
    }
    answer = client.post(BASE + "servicerequestupdates.xml", data=told)
    assert answer.status_code == 200
    assert ElementTree.fromstring(answer.data).findtext("request_update/update_id")
    (note,) = session.scalars(sa.select(ReportEntry).where(ReportEntry.kind == "note"))
    assert note.text.startswith("It still flickers")
    assert session.scalars(sa.select(Report.status)).one() == "open"


def test_an_update_of_nothing_is_refused(client: FlaskClient, key: str) -> None:
    told = {"api_key": key, "service_request_id": "7", "description": "x"}
    answer = client.post(BASE + "servicerequestupdates.xml", data=told)
    assert answer.status_code == 404
    assert ElementTree.fromstring(answer.data).findtext("error/code") == "404"
