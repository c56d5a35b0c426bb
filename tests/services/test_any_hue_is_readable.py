"""Whatever hue a city chooses, its words can be read, and no page needs an inline style for it."""

import msgspec
import pytest
from flask import Flask

import app as application
from services.config import Settings, SettingsError, load
from services.web.hue import DAY, NIGHT, READABLE, Light, contrast, schemes, theme_css
from tests.pages import Pages

QUIET = {"#1e2126": "#5a5f68", "#ece9e2": "#a9aeb8"}


def unreadable(theme: dict[str, str], light: Light) -> list[tuple[str, str]]:
    city, strong, wash = theme["city"], theme["city-strong"], theme["city-wash"]
    pairs = [(word, ground) for word in (city, strong) for ground in (*light.grounds, wash)]
    pairs += [(theme["on-city"], city), (theme["on-city"], strong)]
    pairs += [(light.ink, wash), (QUIET[light.ink], wash)]
    return [pair for pair in pairs if contrast(*pair) < READABLE]


def test_every_hue_of_the_circle_is_readable_by_day_and_by_night() -> None:
    poor = {}
    for hue in range(360):
        day, night = schemes(hue)
        poor[hue] = unreadable(day, DAY) + unreadable(night, NIGHT)
    assert {hue: pairs for hue, pairs in poor.items() if pairs} == {}


def test_hues_differ_and_the_sheet_speaks_of_each_scheme() -> None:
    assert len({schemes(hue)[0]["city"] for hue in range(0, 360, 10)}) == 36
    sheet = theme_css(280)
    assert sheet.count("--city:") == 3
    assert "@media screen and (prefers-color-scheme:dark)" in sheet
    assert theme_css(None) == ""


def test_a_page_links_the_sheet_of_its_city(settings: Settings, app: Flask) -> None:
    assert "theme.css" not in Pages(app).client.get("/").text
    purple = application.create_app(msgspec.structs.replace(settings, city_hue=280))
    client = Pages(purple).client
    page = client.get("/")
    assert '<link rel="stylesheet" href="/theme.css?hue=280">' in page.text
    assert "style=" not in page.text
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]
    sheet = client.get("/theme.css?hue=280")
    assert (sheet.status_code, sheet.mimetype) == (200, "text/css")
    city = schemes(280)[0]["city"]
    assert f"--city:{city};" in sheet.text
    assert client.get("/manifest.webmanifest").json["theme_color"] == city
    purple.extensions["engine"].dispose()


@pytest.mark.parametrize("odd", ["360", "-1", "blue", "12.5"])
def test_an_odd_hue_is_refused(odd: str) -> None:
    with pytest.raises(SettingsError):
        load({"MADANG_MODE": "test", "MADANG_CITY_HUE": odd})
