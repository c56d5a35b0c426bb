"""What someone's work is bound to is not deleted under them; what is gone all the same is shown."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask import Flask

from participation.accounts import directory
from participation.accounts.actions import bound_staff, set_role
from participation.reports.routing import queries
from participation.reports.routing.actions import add_area, add_team
from participation.reports.routing.actions_removal import delete_area, delete_team
from participation.reports.routing.models import Team
from services.auth import Actor, Role
from services.db import Session, unit_of_work
from services.errors import RefusedError
from tests.conftest import AT
from tests.pages import Pages
from tests.participation.reports.routing.test_staff_may_be_bound import NORTH, SOUTH
from tests.people import HANA, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
GONE = {"ko": "없어진 곳", "en": "One that is gone"}


def bind(session: Session, who: Actor, *bounds: tuple[str, UUID]) -> None:
    assert who.id is not None
    bound_staff(session, HANA, who.id, bounds, at=AT)


def bounds_of(app: Flask, who: Actor) -> frozenset[tuple[str, UUID]]:
    assert who.id is not None
    with Session(app.extensions["engine"]) as session:
        return directory.bounds_of(session, [who.id])[who.id]


def test_an_area_is_not_deleted_while_someone_is_bound_to_it(session: Session) -> None:
    north, south = (
        add_area(session, HANA, name, shape, at=AT)
        for name, shape in (("북쪽", NORTH), ("남쪽", SOUTH))
    )
    bind(session, SOYEON, ("area", north))
    with pytest.raises(RefusedError) as refused:
        delete_area(session, HANA, north, at=AT)
    assert refused.value.code == "in_use"
    delete_area(session, HANA, south, at=AT)
    bind(session, SOYEON)
    delete_area(session, HANA, north, at=AT)


def test_the_last_team_of_a_body_stays_while_someone_is_bound_to_it(session: Session) -> None:
    lights, roads, green = (
        add_team(session, HANA, body, name, at=AT)
        for body, name in (("도로과", "가로등반"), ("도로과", "도로반"), ("공원과", "녹지반"))
    )
    bind(session, TAEHO, ("body", session.get_one(Team, lights).body_id))
    for free in (roads, green):
        delete_team(session, HANA, free, at=AT)
    with pytest.raises(RefusedError) as refused:
        delete_team(session, HANA, lights, at=AT)
    assert refused.value.code == "in_use"
    bind(session, TAEHO)
    delete_team(session, HANA, lights, at=AT)


def test_who_works_in_no_console_keeps_nothing(session: Session) -> None:
    north = add_area(session, HANA, "북쪽", NORTH, at=AT)
    assert SOYEON.id is not None
    bind(session, SOYEON, ("area", north))
    bind(session, HANA, ("area", north))
    set_role(session, HANA, SOYEON.id, Role.MODERATOR, give=False, at=AT)
    delete_area(session, HANA, north, at=AT)


def test_the_table_says_that_it_is_in_use(app: Flask, visit: Visit) -> None:
    with unit_of_work(app.extensions["engine"]) as writing:
        north = add_area(writing, HANA, "북쪽", NORTH, at=AT)
        bind(writing, SOYEON, ("area", north))
    pages = visit(HANA)
    pages.get("/console/routing/")
    page = pages.post(f"/console/routing/areas/{north}/delete", 409).text
    assert "아직 쓰이고 있어요" in page
    assert "누군가의 맡은 곳에 들어 있어요" in page
    with Session(app.extensions["engine"]) as session:
        assert north in queries.area_names(session)


@pytest.mark.parametrize("lang", GONE)
def test_a_bound_that_is_gone_stands_on_the_page_until_it_is_taken_off(
    app: Flask, visit: Visit, lang: str
) -> None:
    lost, body = uuid4(), uuid4()
    with unit_of_work(app.extensions["engine"]) as writing:
        bind(writing, SOYEON, ("area", lost), ("body", body))
    pages = visit(HANA)
    pages.client.set_cookie("lang", lang)
    page = pages.get("/console/people/")
    assert page.count(f'<span class="chip">{GONE[lang]}</span>') == 2
    form = page.split(f"/console/people/{SOYEON.id}/bounds")[1].split("</form>")[0]
    shown = re.findall(r'type="checkbox" name="(\w+)" value="([^"]+)" checked', form)
    assert {(kind, UUID(key)) for kind, key in shown} == {("area", lost), ("body", body)}
    # Saving what the page shows changes nothing; only what is taken off goes.
    url = f"/console/people/{SOYEON.id}/bounds"
    pages.post(url, **{kind: [key] for kind, key in shown})
    assert bounds_of(app, SOYEON) == {("area", lost), ("body", body)}
    pages.post(url, area=[str(lost)])
    assert bounds_of(app, SOYEON) == {("area", lost)}
    # Nobody else can be bound to it.
    pages.post(f"/console/people/{TAEHO.id}/bounds", 422, area=[str(lost)])
    pages.post(url)
    assert bounds_of(app, SOYEON) == frozenset()
    assert GONE[lang] not in pages.get("/console/people/")
