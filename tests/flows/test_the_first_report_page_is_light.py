"""What a phone fetches before the first question of a report can be answered."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from services.auth import Actor
from tests.pages import Pages
from tests.people import MINJI

NAMED = re.compile(r'(?:src|href)="/static/dist/([^"?#]+\.(?:js|css|svg))')
# A part that is fetched with the one that names it; import() waits until it is wanted.
WITH_IT = re.compile(r'(?:from|import)"\./([^"]+\.js)"')
MOST = 60 * 1024


def with_parts(folder: Path, names: set[str]) -> set[str]:
    """Return the files and all that they cannot begin without."""
    found: set[str] = set()
    while names:
        found |= names
        read = [(folder / name).read_text() for name in names if name.endswith(".js")]
        names = {part for text in read for part in WITH_IT.findall(text)} - found
    return found


@pytest.mark.above_the_database
@pytest.mark.parametrize("path", ["/reports/new", "/reports/"])
def test_it_is_light(app: Flask, visit: Callable[[Actor | None], Pages], path: str) -> None:
    page = visit(MINJI).get(path)
    folder = Path(str(app.static_folder)) / "dist"
    files = with_parts(folder, set(NAMED.findall(page)))
    assert {Path(name).suffix for name in files} >= {".js", ".css"}
    sent = [
        gzip.compress(page.encode()),
        *(gzip.compress((folder / n).read_bytes()) for n in files),
    ]
    assert sum(map(len, sent)) < MOST, sorted(files)
