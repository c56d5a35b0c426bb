"""What the clerk's table gives to a body with an endpoint goes there; the sample says so."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa

from participation.reports.forwarding import actions as forwarding_actions
from participation.reports.forwarding.actions import BodyInput, OnwardInput
from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.routing.actions import RuleInput, add_area, add_rule, add_team
from participation.reports.routing.models import Body
from participation.reports.rules import Category
from services.auth import Actor
from services.db import Session, unit_of_work
from services.errors import InvalidError
from services.maps.places import PlaceName
from tests.conftest import AT
from tests.pages import Pages
from tests.participation.reports.forwarding.conftest import City
from tests.people import HANA, TAEHO

Visit = Callable[[Actor | None], Pages]
OURS = "http://127.0.0.1:8000"
HERE = '{"type":"Polygon","coordinates":[[[127,34],[128,34],[128,35],[127,35],[127,34]]]}'
FAR = '{"type":"Polygon","coordinates":[[[120,30],[121,30],[121,31],[120,31],[120,30]]]}'


def keep(city: City, name: str, body_id: UUID | None) -> None:
    with unit_of_work(city.engine) as session:
        told = BodyInput(name, "http://127.0.0.1:9/v2", body_id=body_id)
        forwarding_actions.keep_body(session, HANA, told, OURS, at=AT)


def offer(city: City, name: str, code: str) -> None:
    """Let a body take street lights under a code of its own."""
    with unit_of_work(city.engine) as session:
        body = session.scalars(sa.select(OutsideBody).where(OutsideBody.name == name)).one()
        told = OnwardInput(Category.STREET_LIGHT, code)
        forwarding_actions.add_onward(session, HANA, body, told, at=AT)


def table(city: City, shape: str) -> UUID:
    """Give street lights within an area to a team of the power company; return that body."""
    with unit_of_work(city.engine) as session:
        team = add_team(session, HANA, "Power company", "Lamps", at=AT)
        area = add_area(session, HANA, "Area", shape, at=AT)
        rule = RuleInput(team_id=team, category=Category.STREET_LIGHT, area_id=area)
        add_rule(session, HANA, rule, at=AT)
        return session.scalars(sa.select(Body.id)).one()


def sent(city: City) -> list[tuple[str, str]]:
    with Session(city.engine) as session:
        wanted = sa.select(OutsideBody.name, Forwarding.service_code).join(Forwarding)
        return [(name, code) for name, code in session.execute(wanted)]


def test_the_routing_decision_is_followed(city: City) -> None:
    keep(city, "Endpoint", table(city, HERE))
    city.tell()
    assert sent(city) == [("Endpoint", "street_light")]


def test_under_the_code_that_body_knows(city: City) -> None:
    keep(city, "Endpoint", table(city, HERE))
    offer(city, "Endpoint", "LAMP")
    city.tell()
    assert sent(city) == [("Endpoint", "LAMP")]


def test_what_the_table_gives_to_nobody_of_it_stays(city: City) -> None:
    """A body the table knows is sent nothing by its rules alone."""
    keep(city, "Endpoint", table(city, FAR))
    offer(city, "Endpoint", "LAMP")
    city.tell()
    assert sent(city) == []


def test_rules_of_a_body_the_table_does_not_know_go_on_as_before(city: City) -> None:
    keep(city, "Endpoint", table(city, FAR))
    keep(city, "Old", None)
    offer(city, "Old", "old")
    city.tell()
    assert sent(city) == [("Old", "old")]


def test_the_table_comes_before_such_rules(city: City) -> None:
    keep(city, "Endpoint", table(city, HERE))
    keep(city, "Old", None)
    offer(city, "Old", "old")
    city.tell()
    assert sent(city) == [("Endpoint", "street_light")]


def test_a_body_of_the_table_has_one_endpoint(city: City) -> None:
    body_id = table(city, HERE)
    keep(city, "Endpoint", body_id)
    keep(city, "Endpoint", body_id)
    with pytest.raises(InvalidError):
        keep(city, "Second", body_id)


@pytest.mark.parametrize(("shape", "leaves"), [(HERE, True), (FAR, False)])
def test_the_sample_says_that_it_leaves_the_city(
    city: City, visit: Visit, shape: str, leaves: bool
) -> None:
    body_id = table(city, shape)
    desk = visit(HANA)
    desk.get("/console/bodies")
    desk.post("/console/bodies", name="Endpoint", url="http://127.0.0.1:9/v2", body=str(body_id))
    assert "Power company에 배정된 신고를 받음" in desk.get("/console/bodies")
    with unit_of_work(city.engine) as session:
        spot = PlaceName(name="항구", folded="항구", kind=1, lat=34.21, lon=127.91, cell=1)
        session.add(spot)
    page = visit(TAEHO).get("/console/routing/try?category=street_light&place=항구")
    read = re.sub("<[^>]+>", "", page)
    assert ("시 밖으로 나가요. Endpoint에 전해져요." in read) is leaves


def test_a_no_stands_among_the_stuck(city: City, visit: Visit) -> None:
    keep(city, "Endpoint", table(city, HERE))
    report_id = city.tell()
    desk = visit(HANA)
    assert "다른 기관이 거절한 것" not in desk.get("/console/dead-letters")
    with unit_of_work(city.engine) as session:
        session.execute(sa.update(Forwarding).values(state="refused", error="refused: No lamp"))
    page = desk.get("/console/dead-letters")
    assert "다른 기관이 거절한 것" in page
    assert "→ Endpoint" in page
    assert "No lamp" in page
    assert f"/console/bodies#way-{city.row().id}" in page
    assert f'id="way-{city.row().id}"' in desk.get("/console/bodies")
    assert report_id
