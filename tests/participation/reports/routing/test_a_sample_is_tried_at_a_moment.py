"""A clerk tries the table with a sample at any moment near by; another is said at its field."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from services.auth import Actor
from services.db import unit_of_work
from services.maps import PlaceName
from tests.pages import Pages
from tests.people import TAEHO

Visit = Callable[[Actor | None], Pages]
TRY = "/console/routing/try?category=street_light&place="
SAID = {
    "ko": "지금부터 앞뒤로 10년 안의 날짜와 시각을 써 주세요.",
    "en": "Give a day and time within ten years of now.",
}


@pytest.fixture
def clerk(visit: Visit, engine: Engine) -> Pages:
    with unit_of_work(engine) as session:
        spot = PlaceName(name="항구", folded="항구", kind=1, lat=34.21, lon=127.91, cell=1)
        session.add(spot)
    return visit(TAEHO)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize(
    "local",
    ["9999-12-31T23:59", "9999-12-24T09:00", "0001-01-01T00:00", "1800-01-01T00:00", "soon"],
)
def test_a_moment_far_away_is_said_at_its_field(clerk: Pages, local: str, lang: str) -> None:
    clerk.client.set_cookie("lang", lang)
    page = clerk.get(f"{TRY}항구&local={local}", 422)
    assert page.split('id="try-when-wrong"')[1].split("</p>")[0].count(SAID[lang]) == 1
    field = re.search(r'<input[^>]*id="try-when"[^>]*>', page)
    assert field is not None
    assert f'value="{local}"' in field[0]
    assert 'aria-invalid="true" aria-describedby="try-when-wrong"' in field[0]
    assert 'id="try-wrong"' not in page
    assert 'value="항구"' in page


@pytest.mark.parametrize("local", ["", "2026-11-24T14:00", "2030-01-01T00:00"])
def test_a_moment_near_by_is_tried(clerk: Pages, local: str) -> None:
    page = clerk.get(f"{TRY}항구&local={local}")
    assert 'id="try-when-wrong"' not in page
    assert "까지" in page.split('id="try-title"')[1].split("</section>")[0]


def test_place_and_moment_are_both_said(clerk: Pages) -> None:
    page = clerk.get(f"{TRY}zzzz&local=9999-12-31T23:59", 422)
    assert 'id="try-wrong"' in page
    assert 'id="try-when-wrong"' in page
