"""No file speaks of the machine it was written on."""

import re

from tests.law.sources import WRITTEN, broken

PLACE = re.compile(r"(?<![\w.<}])/(?:work|home|Users|root)/[\w.-]+")


def places(name: str, text: str) -> list[str]:
    """Return where a text speaks of a folder of somebody's machine."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{name}:{n} {found[0]}" for n, line in lines if (found := PLACE.search(line))]


def test_no_file_names_a_place_of_a_machine() -> None:
    wrong = []
    for ending in (".py", ".ts", ".css", ".html", ".md", ".po", ".mjs", ".toml", "run", "prove"):
        wrong += broken(places, *WRITTEN, "README.md", "Makefile", ".ci", ending=ending)
    assert wrong == []


def test_a_place_is_found() -> None:
    assert places("a.md", "see /" + "home/someone/notes\n") != []
    assert places("a.py", "href='/console/'\n") == []
