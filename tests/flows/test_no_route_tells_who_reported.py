"""Every route, asked by each kind of visitor: no page, file or picture tells who reported."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from services.db import Base
from tests.flows.canaries import BLUE, ICC, METADATA, RED, REPORTER, Visit, photo, seed
from tests.flows.crawl import Crawl, rules
from tests.flows.lawful import LAWFUL, OUTSIDE, PEOPLE
from tests.flows.told import in_picture, told_by

# Routes that here have nothing to tell to anyone, and why.
SILENT = {
    "open311.nothing": "it says that there is nothing",
    "identity.begin": "no provider is set up",
    "identity.finish": "no provider is set up",
}


def own_rows(app: Flask) -> dict[str, list[str]]:
    """Return every row that points at the reporter, but for what anyone may add to."""
    with app.extensions["engine"].connect() as connection:
        found = {}
        for table in Base.metadata.sorted_tables:
            mine = [key.parent == REPORTER.id for key in table.foreign_keys if _person(key)]
            if mine and table.name not in ("report", "audit_entry"):
                rows = connection.execute(sa.select(table).where(sa.or_(*mine)))
                found[table.name] = sorted(map(str, rows))
        return found


def _person(key: sa.ForeignKey) -> bool:
    return key.target_fullname == "person.id"


@pytest.mark.above_the_database
def test_no_route_tells_who_reported(app: Flask, visit: Visit, turn: Callable[[], int]) -> None:
    crawl = Crawl(app, seed(app, visit, turn))
    for visitor in PEOPLE:
        crawl.run(visitor, visit)
    before = own_rows(app)
    for visitor in OUTSIDE:
        crawl.write(visitor, visit)
    assert own_rows(app) == before
    assert crawl.written == {rule.endpoint for rule in rules(app, "POST")}
    told = "\n".join(f"{f.visitor} {f.path}: {f.what}" for f in crawl.found)
    assert not crawl.found, f"{len(crawl.found)} times:\n{told}"
    unseen = {rule.endpoint for rule in rules(app)} - crawl.answered - SILENT.keys()
    assert not unseen, (
        f"nobody was ever let in by {', '.join(sorted(unseen))}: give it values that exist in "
        "VALUES, a query in QUERIES (both in crawl.py), or a reason in SILENT."
    )
    permitted = {(where, mark) for _, where, marks in LAWFUL for mark in marks}
    assert crawl.used == permitted, f"allowed and never told: {permitted - crawl.used}"
    assert all(count > len(rules(app)) for count in crawl.asked.values())


def test_the_crawler_sees_what_a_bare_photo_tells(app: Flask) -> None:
    bare = photo(RED, 60)
    assert {"a pixel under a cover", "a field exif-data"} <= set(in_picture(bare, inside=True))
    assert "a pixel of what is not public" in in_picture(photo(BLUE, 70), inside=False)
    answer = app.response_class(bare, headers={"X-Who": "Kanariname7q"})
    heard = TestResponse([bare], answer.status, answer.headers, app.test_request_context().request)
    marks = {mark: mark for mark in (*METADATA, "kanariname7q")}
    assert told_by(heard, marks) >= marks.keys() - {ICC}
    assert ICC.encode("utf-16-be") in bare
