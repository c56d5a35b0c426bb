"""A name that another has already is told in the form it was typed in, and nothing is lost."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.reports.open311.models import Open311Key
from participation.reports.routing.models import Area, Body, Team
from services.auth import Actor
from services.db import reading_session
from tests.flows.test_a_refused_act_keeps_what_was_typed import refused
from tests.pages import Pages
from tests.people import HANA, TAEHO

Visit = Callable[[Actor | None], Pages]
TABLE, KEYS, BODIES = "/console/routing/", "/console/open311", "/console/bodies"
SQUARE = '{"type":"Polygon","coordinates":[[[120,30],[130,30],[130,40],[120,40],[120,30]]]}'
TAKEN = {"ko": "이미 있는 이름이에요", "en": "That name is taken"}


def beside(page: str, act: str, field: str) -> str:
    """Return what is said beside a field, which is tied to it."""
    mark = f"{act}-{field}-wrong"
    tied = re.search(rf'<(?:input|textarea|select)[^>]*aria-describedby="[^"]*{mark}"[^>]*>', page)
    assert tied is not None
    assert 'aria-invalid="true"' in tied[0]
    assert "autofocus" in tied[0]
    return page.split(f'id="{mark}"')[1].split("</p>")[0]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_team_and_an_area(visit: Visit, lang: str) -> None:
    clerk = visit(TAEHO)
    clerk.client.set_cookie("lang", lang)
    team = {"body": "도로과", "team": "<가로등>반"}
    clerk.post(TABLE + "teams", **team)
    page = refused(clerk, TABLE + "teams", 409, **team)
    assert TAKEN[lang] in beside(page, "add_team", "team")
    assert 'name="body" value="도로과"' in page
    assert 'name="team" value="&lt;가로등&gt;반"' in page
    area = {"name": "온 도시", "shape": SQUARE}
    clerk.post(TABLE + "areas", **area)
    page = refused(clerk, TABLE + "areas", 409, **area)
    assert TAKEN[lang] in beside(page, "add_area", "name")
    assert 'name="name" value="온 도시"' in page
    assert SQUARE.replace('"', "&#34;") in page


def test_what_is_odd_in_them_is_told_there_too(visit: Visit) -> None:
    clerk = visit(TAEHO)
    long = "가" * 81
    page = refused(clerk, TABLE + "teams", 422, body="도로과", team=long)
    assert "80자까지" in beside(page, "add_team", "team")
    assert long in page
    page = refused(clerk, TABLE + "areas", 422, name="온 도시", shape="동네 <전부>")
    assert "경계" in beside(page, "add_area", "shape")
    assert "동네 &lt;전부&gt;</textarea>" in page
    page = refused(clerk, TABLE + "days", 422, day="내일", name="개청일")
    assert beside(page, "change_day", "day")
    assert 'value="개청일"' in page


def test_a_key_for_another_system(visit: Visit, app: Flask) -> None:
    desk = visit(HANA)
    desk.post(KEYS, 200, name="이웃 도시", scopes=["write"])
    typed = {"name": " 이웃  도시", "scopes": ["write", "move"], "categories": ["water"]}
    page = refused(desk, KEYS, 409, **typed)
    assert TAKEN["ko"] in beside(page, "issue", "name")
    ticked = re.findall(r'<input type="checkbox" name="\w+" value="([^"]+)" checked', page)
    assert set(ticked) == {"write", "move", "water"}
    with reading_session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(Open311Key.scopes)).all() == ["write"]
    page = refused(desk, KEYS, 422, name="다른 도시")
    assert 'id="issue-scopes-wrong"' in page
    assert " checked" not in page.split('action="/console/open311"')[1].split("</form>")[0]


def test_another_body_with_the_city_s_own_body_of_another(visit: Visit, app: Flask) -> None:
    visit(TAEHO).post(TABLE + "teams", body="한전", team="등")
    with reading_session(app.extensions["engine"]) as session:
        key = str(session.scalars(sa.select(Body.id)).one())
    desk, url = visit(HANA), "http://127.0.0.1:9/v2"
    desk.post(BODIES, name="한전 하나", url=url, body=key)
    typed = {"name": "한전 둘", "url": url, "api_key": "hush-hush", "takes_photos": "yes"}
    page = refused(desk, BODIES, 422, **typed, body=key)
    assert "이미 주소가 있어요" in beside(page, "keep", "body")
    assert 'name="name" value="한전 둘"' in page
    assert f'name="url" type="url" value="{url}"' in page
    assert f'value="{key}" selected' in page
    assert 'name="takes_photos" value="yes" checked' in page
    assert "hush-hush" not in page
    page = refused(desk, BODIES, 422, name="한전 둘", url="한전.kr")
    assert "쓸 수 있는 주소가 아니에요" in beside(page, "keep", "url")


def test_what_a_body_takes_is_asked_again_in_that_bodys_form(visit: Visit) -> None:
    desk = visit(HANA)
    for number in (1, 2):
        desk.post(BODIES, name=f"한전 {number}", url=f"http://127.0.0.1:{number}/v2")
    first, second = re.findall(r'id="body-([0-9a-f-]{36})"', desk.get(BODIES))
    typed = {"category": "water", "service_code": "W-7", "box": "34,<128>"}
    page = refused(desk, f"{BODIES}/{second}/rules", 422, **typed)
    assert "범위를 읽을 수 없어요" in beside(page, "add_onward", "box")
    mine, other = (page.split(f'action="{BODIES}/{key}/rules"')[1] for key in (second, first))
    mine, other = (part.split("</form>")[0] for part in (mine, other))
    assert 'value="34,&lt;128&gt;"' in mine
    assert 'name="service_code" value="W-7"' in mine
    assert 'value="water" selected' in mine
    assert "W-7" not in other
    page = refused(desk, f"{BODIES}/{first}/rules", 422, category="water", service_code="  ")
    assert "80자까지" in beside(page, "add_onward", "service_code")


def test_of_two_at_once_one_is_told(visit: Visit, app: Flask) -> None:
    team, area = {"body": "도로과", "team": "가로등반"}, {"name": "온 도시", "shape": SQUARE}
    for path, form, kind in (("teams", team, Team), ("areas", area, Area)):
        clerks = [visit(TAEHO), visit(HANA)]
        for clerk in clerks:
            clerk.get(TABLE)
        sent = [form | {"csrf_token": clerk.token} for clerk in clerks]
        with ThreadPoolExecutor(2) as both:
            asked = [
                both.submit(clerk.client.post, TABLE + path, data=told, buffered=True)
                for clerk, told in zip(clerks, sent, strict=True)
            ]
            answers = [one.result() for one in asked]
        assert sorted(one.status_code for one in answers) == [303, 409]
        late = max(answers, key=lambda one: one.status_code)
        assert TAKEN["ko"] in late.text
        with reading_session(app.extensions["engine"]) as session:
            assert len(session.scalars(sa.select(kind.id)).all()) == 1


def test_a_program_is_told_as_programs_are(visit: Visit) -> None:
    clerk, team = visit(TAEHO), {"body": "도로과", "team": "가로등반"}
    clerk.post(TABLE + "teams", **team)
    told = clerk.client.post(
        TABLE + "teams",
        data={"csrf_token": clerk.token} | team,
        headers={"Accept": "application/json"},
    )
    assert told.status_code == 409
    assert told.json is not None
    assert told.json["fields"] == {"team": "taken"}
