"""Nothing of a reporter goes out, nothing goes round in circles, and nothing to ourselves."""

import pytest
import sqlalchemy as sa

from participation.reports import actions
from participation.reports.forwarding import actions as forwarding_actions
from participation.reports.forwarding.actions import BodyInput
from participation.reports.forwarding.client import Client, Endpoint
from participation.reports.forwarding.models import OutsidePicture
from participation.reports.forwarding.queries import MARK, is_own
from participation.reports.models import Report
from participation.reports.open311 import actions as open311_actions
from participation.reports.opening import hang_photo
from participation.reports.rules import Status
from services import clock
from services.db import Session, unit_of_work
from services.errors import RefusedError
from tests.conftest import AT
from tests.participation.reports.forwarding.conftest import City, Neighbour
from tests.people import HANA, SOYEON


def test_nothing_of_the_reporter(city: City, neighbour: Neighbour) -> None:
    city.send_to(f"http://127.0.0.1:{neighbour.port}/open311/v2", neighbour.key)
    report_id = city.tell()
    form = _form(city)
    assert set(form) == {
        *("service_code", "lat", "long", "address_string", "description", "media_url", "email")
    }
    assert form["email"] == ""
    assert str(report_id) not in str(form)


def _form(city: City) -> dict[str, str | list[str]]:
    letter = city.courier._letter(city.row(), clock.now())
    assert letter is not None
    return dict(letter.form)


def test_a_body_that_wants_an_address_gets_the_citys_own(city: City) -> None:
    city.send_to("http://127.0.0.1:1/v2")
    with unit_of_work(city.engine) as session:
        told = BodyInput("Lamp works", "http://127.0.0.1:1/v2", wants_contact=True)
        forwarding_actions.keep_body(session, HANA, told, "http://127.0.0.1:8000", at=AT)
    city.tell()
    assert _form(city)["email"] == "madang@example.org"


def test_one_photo_goes_to_a_body_unless_it_takes_several(city: City) -> None:
    url = "http://127.0.0.1:1/v2"
    city.send_to(url)
    report_id, names = city.tell(), ["a" * 64, "b" * 64]
    with unit_of_work(city.engine) as session:
        report = session.get_one(Report, report_id)
        for name in names:
            hang_photo(session, report, HANA, name, looked_over=True, at=AT)
    addresses = [f"http://127.0.0.1:8000/media/{name}/large.webp" for name in names]
    assert _form(city)["media_url"] == addresses[0]
    with unit_of_work(city.engine) as session:
        told = BodyInput("Lamp works", url, takes_photos=True)
        forwarding_actions.keep_body(session, HANA, told, "http://127.0.0.1:8000", at=AT)
    assert _form(city)["media_url"] == addresses


def test_a_field_with_several_values_is_sent_once_for_each(
    city: City, neighbour: Neighbour
) -> None:
    where = Endpoint(f"http://127.0.0.1:{neighbour.port}/open311/v2", api_key=neighbour.key)
    urls = [f"https://fms.example.org/{n}.jpg" for n in (1, 2)]
    form = {"service_code": "street_light", "lat": "34.21", "long": "127.91"}
    told = form | {"description": "Lamp out", "media_url": urls}
    Client(city.courier.client, where).post(told, "once")
    with Session(neighbour.engine) as session:
        kept = sa.select(OutsidePicture.url).order_by(OutsidePicture.position)
        assert session.scalars(kept).all() == urls


def test_our_own_request_that_comes_back_is_refused(city: City, neighbour: Neighbour) -> None:
    city.send_to(f"http://127.0.0.1:{neighbour.port}/open311/v2", neighbour.key)
    city.tell()
    city.carry()
    (theirs,) = neighbour.reports()
    assert MARK.search(theirs.text) is not None
    with Session(city.engine) as session:
        assert forwarding_actions.came_back(session, theirs.text)
    key = "open311-" + str(theirs.id)
    with unit_of_work(city.engine) as session:
        token = open311_actions.issue_key(session, HANA, key, at=AT)
    told = {
        "api_key": token,
        "service_code": "street_light",
        "description": theirs.text,
        "lat": "34.21",
        "long": "127.91",
    }
    answer = city.client.post("/open311/v2/requests.json", data=told)
    assert (answer.status_code, "되돌아왔어요" in answer.text) == (400, True)


def test_a_request_that_passed_through_four_cities_goes_no_further(city: City) -> None:
    city.send_to("http://127.0.0.1:1/v2")
    marks = " ".join(f"[madang:0000000{n}-0000-4000-8000-000000000000]" for n in range(4))
    city.tell("Lamp " + marks)
    with Session(city.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(sa.text("forwarding"))) == 0


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://madang.example.org/open311/v2", True),
        ("https://MADANG.example.org.:443/x", True),
        ("https://other.example.org/open311/v2", False),
        ("https://madang.example.org:8443/open311/v2", False),
    ],
)
def test_our_own_address_is_known(url: str, own: bool) -> None:
    assert is_own(url, "https://madang.example.org") is own


def test_our_own_address_is_refused(city: City) -> None:
    with pytest.raises(RefusedError):
        city.send_to("http://127.0.0.1:8000/open311/v2")


def test_what_was_settled_meanwhile_is_not_sent(city: City, neighbour: Neighbour) -> None:
    city.send_to(f"http://127.0.0.1:{neighbour.port}/open311/v2", neighbour.key)
    city.tell()
    with unit_of_work(city.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, report, Status.CLOSED, "Ours", at=clock.now())
    city.carry()
    assert city.row().state == "ended"
    assert neighbour.reports() == []


def test_a_paused_body_gets_nothing_until_it_goes_on(city: City, neighbour: Neighbour) -> None:
    city.send_to(f"http://127.0.0.1:{neighbour.port}/open311/v2", neighbour.key)
    _pause(city, paused=True)
    city.tell()
    city.carry(60)
    assert neighbour.reports() == []
    _pause(city, paused=False)
    city.carry(60)
    assert len(neighbour.reports()) == 1


def _pause(city: City, *, paused: bool) -> None:
    body = city.body()
    with unit_of_work(city.engine) as session:
        kept = session.merge(body)
        forwarding_actions.pause_body(session, HANA, kept, paused=paused, at=AT)


def test_a_key_does_not_follow_a_body_to_another_address(city: City) -> None:
    city.send_to("http://127.0.0.1:1/v2", "secret")
    with unit_of_work(city.engine) as session:
        told = BodyInput("Lamp works", "http://127.0.0.1:2/v2")
        forwarding_actions.keep_body(session, HANA, told, "http://127.0.0.1:8000", at=AT)
    assert city.body().api_key == ""
