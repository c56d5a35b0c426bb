"""What a refusal says in its own form, and whether it left something behind."""

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from services.db import Base


class Sentence(HTMLParser):
    """What a page that says no tells: its heading, and what is told below it."""

    TELLING = ("h1", "p", "li")

    def __init__(self) -> None:
        super().__init__()
        self.inside = ""
        self.heading = self.told = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.inside = tag if tag in self.TELLING else self.inside

    def handle_endtag(self, tag: str) -> None:
        self.inside = "" if tag == self.inside else self.inside

    def handle_data(self, data: str) -> None:
        if self.inside == "h1":
            self.heading += data.strip()
        elif self.inside:
            self.told += data.strip()


def explains(answer: TestResponse) -> bool:
    """Say whether a refusal tells, in its own form, what happened and what to do."""
    if answer.mimetype == "application/problem+json":
        problem = json.loads(answer.text)
        return bool(problem["title"] and problem["detail"]) and (
            problem["status"] == answer.status_code
        )
    if answer.mimetype == "application/json":
        # Open311 has a form of its own for refusals, in both its formats.
        errors = json.loads(answer.text)
        return all(e["code"] == answer.status_code and len(e["description"]) > 3 for e in errors)
    if answer.mimetype == "text/xml":
        told = re.search(r"<errors><error><code>(\d+)</code><description>([^<]{4,})<", answer.text)
        return told is not None and int(told[1]) == answer.status_code
    page = Sentence()
    page.feed(answer.text)
    return answer.mimetype == "text/html" and len(page.heading) > 1 and len(page.told) > 3


@cache
def row_counts() -> sa.Select[Any]:
    """One question for the rows of every table: it is asked after each request."""
    tables = Base.metadata.sorted_tables
    each = [
        sa.select(sa.func.count()).select_from(t).scalar_subquery().label(t.name) for t in tables
    ]
    return sa.select(*each)


def stored(app: Flask) -> tuple[dict[str, int], list[str]]:
    """Return how many rows each table has, and the names of the pictures kept."""
    with app.extensions["engine"].connect() as connection:
        counts = dict(connection.execute(row_counts()).mappings().one())
    media = Path(app.extensions["settings"].media_dir)
    return counts, sorted(path.name for path in media.rglob("*") if path.is_file())
