"""What a phone shows of the installed app is called as its pages call it, in either language."""

import re
from collections.abc import Callable

import pytest

from services.auth import Actor
from tests.pages import Pages


@pytest.mark.above_the_database
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_shortcuts_and_name_are_those_of_the_pages(
    visit: Callable[[Actor | None], Pages], lang: str
) -> None:
    client = visit(None).client
    spoken = {"Accept-Language": lang}
    page = client.get("/", headers=spoken).text
    app = client.get("/manifest.webmanifest", headers=spoken).json
    assert app["shortcuts"]
    for shortcut in app["shortcuts"]:
        entry = rf'<li[^>]*><a href="{shortcut["url"]}"[^>]*>.*?<span>([^<]+)</span>'
        told = re.search(entry, page, re.S)
        assert told is not None
        assert shortcut["name"] == told[1]
    title = re.search(r"<title>(.*?)</title>", page, re.S)
    assert title is not None
    assert title[1].endswith(app["name"])
