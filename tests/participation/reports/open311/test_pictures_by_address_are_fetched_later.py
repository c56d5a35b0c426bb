"""A picture named by its address is fetched after the report was taken, and made harmless."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
import pyvips
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from participation.reports.forwarding.models import OutsidePicture
from participation.reports.models import Report, ReportEntry
from participation.reports.open311.jobs import Fetcher
from participation.reports.photos.models import UnlookedPhoto
from services import clock
from services.config import load
from services.db import Session
from services.media.store import StorageFullError
from tests.flows.test_report_to_answer import photo
from tests.participation.reports.photos.covers import street
from tests.participation.reports.photos.looks import look_over

BASE = "/open311/v2/requests.json"


def with_gps() -> bytes:
    """A photo that says where it was taken."""
    picture = pyvips.Image.new_from_buffer(photo()[0].getvalue(), "").copy()
    picture.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "34/1 12/1 0/1")
    return bytes(picture.jpegsave_buffer())


class Album(BaseHTTPRequestHandler):
    """Serves one picture, and whatever else a picture's address may lead to."""

    asked: ClassVar[list[str]] = []
    broken = False

    def do_GET(self) -> None:
        self.asked.append(self.path)
        known = {"/lamp.jpg": (200, with_gps()), "/text": (200, b"no picture")}
        known |= {f"/{shade}.png": (200, street(shade)) for shade in (10, 20, 30)}
        status, body = known.get(self.path, (404, b""))
        if self.path == "/elsewhere":
            status = 302
        if type(self).broken:
            status, body = 503, b""
        self.send_response(status)
        self.send_header("Location", "/lamp.jpg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def album() -> Iterator[str]:
    Album.asked, Album.broken = [], False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Album)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def post(client: FlaskClient, lamp: dict[str, Any], *urls: str) -> None:
    answer = client.post(BASE, data=lamp | {"media_url": list(urls)})
    assert answer.status_code == 200, answer.data


def fetch(app: Flask, later_s: float = 0) -> int:
    return int(app.extensions["fetcher"].turn(clock.now() + timedelta(seconds=later_s)))


def test_it_is_fetched_once_and_tells_no_place(
    app: Flask, client: FlaskClient, lamp: dict[str, Any], album: str
) -> None:
    assert b"Exif" in with_gps()
    post(client, lamp, album + "/lamp.jpg")
    assert Album.asked == []
    assert fetch(app) == 1
    assert fetch(app, 600) == 0
    assert Album.asked == ["/lamp.jpg"]
    (row,) = json.loads(client.get(BASE).data)
    assert row["media_url"] is None
    look_over(app.extensions["engine"])
    (row,) = json.loads(client.get(BASE).data)
    path = row["media_url"].removeprefix("http://127.0.0.1:8000")
    with client.get(path) as picture:
        assert picture.status_code == 200
        loaded = pyvips.Image.new_from_buffer(picture.data, "")
    assert not [name for name in loaded.get_fields() if name.startswith("exif")]


def test_three_are_fetched_in_their_order_and_staff_are_told_of_the_fourth(
    app: Flask, client: FlaskClient, lamp: dict[str, Any], album: str, session: Session
) -> None:
    paths = ["/10.png", "/none", "/20.png", "/30.png"]
    post(client, lamp, *(album + path for path in paths))
    assert fetch(app) == 3
    assert fetch(app, 600) == 0
    assert Album.asked == paths[:3]
    look_over(app.extensions["engine"])
    (row,) = json.loads(client.get(BASE + "?extensions=true").data)
    assert len(row["extended_attributes"]["media_urls"]) == 2
    notes = session.scalars(sa.select(ReportEntry.text).where(ReportEntry.kind == "note")).all()
    assert notes == [album + "/30.png"]


@pytest.mark.parametrize(
    ("path", "error"), [("/text", "photo_type"), ("/none", "404"), ("/elsewhere", "302")]
)
def test_what_is_no_picture_leaves_the_report_as_it_is(
    app: Flask, client: FlaskClient, lamp: dict[str, Any], album: str, path: str, error: str
) -> None:
    post(client, lamp, album + path)
    assert fetch(app) == 1
    assert fetch(app, 9999) == 0
    with Session(app.extensions["engine"]) as session:
        assert session.scalars(sa.select(OutsidePicture.error)).one() == error
        assert session.scalars(sa.select(Report.photo_hash)).one() is None


def test_a_server_that_is_broken_is_asked_again(
    app: Flask, client: FlaskClient, lamp: dict[str, Any], album: str, session: Session
) -> None:
    Album.broken = True
    post(client, lamp, album + "/lamp.jpg")
    assert fetch(app) == 1
    assert session.scalars(sa.select(UnlookedPhoto)).all() == []
    Album.broken = False
    assert fetch(app, 3600) == 1
    session.rollback()
    assert len(session.scalars(sa.select(UnlookedPhoto)).all()) == 1


def test_an_inner_address_is_never_asked(
    app: Flask, client: FlaskClient, lamp: dict[str, Any], album: str, session: Session
) -> None:
    """Without the tests' own escape, which production refuses."""
    post(client, lamp, album + "/lamp.jpg")
    strict = load(
        {"MADANG_MODE": "test", "MADANG_DATA_DIR": str(app.extensions["settings"].data_dir)}
    )
    fetcher = Fetcher(app.extensions["engine"], strict, app.extensions["photos"])
    assert fetcher.turn(clock.now()) == 1
    assert Album.asked == []
    assert session.scalars(sa.select(OutsidePicture.error)).one() == "address_refused"


def test_what_is_no_address_is_refused_at_once(client: FlaskClient, lamp: dict[str, Any]) -> None:
    for url in ("file:///etc/passwd", "ftp://example.org/x", "가나"):
        assert client.post(BASE, data=lamp | {"media_url": url}).status_code == 400


def test_a_full_disk_is_no_fault_of_the_picture(
    app: Flask,
    client: FlaskClient,
    lamp: dict[str, Any],
    album: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post(client, lamp, album + "/lamp.jpg")
    photos = app.extensions["fetcher"].photos

    def full(_data: bytes) -> str:
        raise StorageFullError

    with monkeypatch.context() as now:
        now.setattr(photos, "accept", full)
        assert [fetch(app, 200 * turn) for turn in range(12)] == [1] * 12
    assert fetch(app, 9999) == 1
    with Session(app.extensions["engine"]) as session:
        row = session.scalars(sa.select(OutsidePicture)).one()
        assert (row.tries, row.error, row.done_at is None) == (1, None, False)
