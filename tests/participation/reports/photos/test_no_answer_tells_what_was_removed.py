"""The address of a photo that was removed answers as one that never was, in words and in work."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from participation.reports.photos.actions_removal import forget_removed
from services import clock
from services.auth import Actor
from services.db import unit_of_work
from tests.crowds import asked
from tests.participation.reports.photos.covers import Visit, photo_of, report
from tests.participation.reports.photos.test_a_photo_is_removed import remove
from tests.people import JUN

NEVER = "0" * 64
# What differs between any two answers: the path that was asked for, and what is drawn at random.
OWN = re.compile(r'(nonce|content|value)="[\w.-]{20,}"|/media/\w+')


@pytest.fixture(params=["just now", "for good"])
def removed(request: pytest.FixtureRequest, app: Flask, visit: Visit) -> str:
    """The name of a photo that was taken off; one that can still be put back is on the disk."""
    made = report(visit)
    name = photo_of(visit, made)
    remove(visit, made, name)
    if request.param == "for good":
        with unit_of_work(app.extensions["engine"]) as session:
            forget_removed(session, Actor(None), at=clock.now() + timedelta(minutes=1))
    return name


def answer(app: Flask, client: FlaskClient, name: str) -> tuple[object, ...]:
    with asked(app.extensions["engine"]) as sent:
        said = client.get(f"/media/{name}/large.webp")
    headers = {key: value for key, value in said.headers if key in ("Cache-Control", "Vary")}
    return said.status_code, OWN.sub("", said.text), headers, sent


@pytest.mark.parametrize("who", [None, JUN])
def test_it_is_as_if_there_had_never_been_one(
    app: Flask, visit: Visit, removed: str, who: Actor | None
) -> None:
    client = visit(who).client
    # What a first visit does besides is done.
    client.get("/about")
    assert answer(app, client, removed) == answer(app, client, NEVER)


def test_the_disk_is_looked_at_for_who_may_see_it_alone(
    app: Flask, visit: Visit, removed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []
    exists = Path.exists

    def note(path: Path) -> bool:
        looked.append(path)
        return exists(path)

    monkeypatch.setattr(Path, "exists", note)
    visit(JUN).client.get(f"/media/{removed}/large.webp")
    assert [path for path in looked if removed in path.name] == []
    assert app
