"""Other bodies speak Open311 in their own ways: tokens, JSON alone, wrapped lists, two states."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from participation.reports.forwarding import actions as forwarding_actions
from services.db import unit_of_work
from tests.conftest import AT
from tests.participation.reports.forwarding.conftest import City
from tests.people import HANA

Answer = tuple[int, str]
LIST = "<service_requests>{}</service_requests>"
TAKEN = LIST.format("<request><service_request_id>77</service_request_id></request>")
TOKEN = LIST.format("<request><token>t1</token></request>")
NONE = LIST.format("")
NO_LAMP = "<errors><error><code>400</code><description>No lamp</description></error></errors>"


def state(status: str, notes: str = "") -> str:
    row = f"<service_request_id>77</service_request_id><status>{status}</status>"
    row += f"<status_notes>{notes}</status_notes>"
    return f"<service_requests><request>{row}</request></service_requests>"


class Body:
    """Another body's server: answers by method and the last part of the path."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.posts: list[dict[str, str]] = []
        self.paths: list[str] = []
        handler = type("Handler", (_Handler,), {"body": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v2"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    body: Body

    def do_GET(self) -> None:
        self._say("GET " + urlsplit(self.path).path.rpartition("/v2/")[2])

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.body.posts.append({name: values[0] for name, values in parse_qs(sent).items()})
        self._say("POST " + urlsplit(self.path).path.rpartition("/v2/")[2])

    def _say(self, call: str) -> None:
        self.body.paths.append(self.path)
        found = self.body.answers.get(call, (404, "<errors></errors>"))
        status, text = found() if callable(found) else found
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "http://169.254.169.254/")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def body() -> Iterator[Body]:
    made = Body()
    yield made
    made.close()


def code(city: City) -> str:
    return str((city.row().error or "").partition(":")[0])


def test_a_token_is_asked_for_until_there_is_a_number(city: City, body: Body) -> None:
    body.answers["POST requests.xml"] = (200, TOKEN)
    city.send_to(body.url, "k")
    city.tell()
    city.carry()
    assert (city.row().state, city.row().token) == ("token", "t1")
    city.carry(5)
    assert city.row().state == "token"
    body.answers["GET tokens/t1.xml"] = (200, TAKEN)
    city.carry(60)
    assert (city.row().state, city.row().remote_id) == ("followed", "77")
    assert len(body.posts) == 1
    assert (body.posts[0]["api_key"], body.posts[0]["service_code"]) == ("k", "street_light")


def test_two_states_and_notes_are_followed(city: City, body: Body) -> None:
    """A body without the extension for updates: its notes are its words."""
    body.answers["POST requests.xml"] = (201, TAKEN)
    city.send_to(body.url)
    city.tell()
    city.carry()
    for status, notes, now in (
        ("open", "", "acknowledged"),
        ("closed", "Lamp changed", "closed"),
        ("closed", "Lamp changed", "closed"),
        ("open", "It went out again", "open"),
        ("closed", "Lamp changed", "closed"),
    ):
        body.answers["GET requests.xml"] = (200, state(status, notes))
        city.carry(400 * (1 + len(body.paths)))
        assert city.status() == now


@pytest.mark.parametrize(
    ("answer", "state_then", "why"),
    [
        (
            (
                400,
                NO_LAMP,
            ),
            "refused",
            "refused",
        ),
        ((403, "<errors></errors>"), "waiting", "forbidden"),
        ((302, ""), "waiting", "moved"),
        ((429, ""), "waiting", "busy"),
        ((503, "<html>"), "asked", "broken"),
        ((200, "<html><p>ok"), "asked", "unreadable"),
        ((200, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "asked", "unreadable"),
        ((200, NONE), "asked", "unreadable"),
        ((200, "<a>" + "x" * 5_000_000 + "</a>"), "asked", "answer_too_large"),
    ],
)
def test_a_no_is_told_in_its_kind(
    city: City, body: Body, answer: Answer, state_then: str, why: str
) -> None:
    body.answers["POST requests.xml"] = answer
    city.send_to(body.url)
    city.tell()
    city.carry()
    assert (city.row().state, code(city)) == (state_then, why)
    assert all("169.254" not in path for path in body.paths)


def test_a_refused_one_may_be_tried_again(city: City, body: Body) -> None:
    body.answers["POST requests.xml"] = (400, "<errors></errors>")
    city.send_to(body.url)
    city.tell()
    city.carry()
    city.carry(99_999)
    assert len(body.posts) == 1
    body.answers |= {"POST requests.xml": (200, TAKEN), "GET requests.xml": (200, NONE)}
    with unit_of_work(city.engine) as session:
        forwarding_actions.try_again(session, HANA, str(city.row().id), at=AT)
    city.carry(200)
    assert city.row().state == "followed"


def test_a_body_that_speaks_json_alone_and_wraps_its_lists(city: City, body: Body) -> None:
    told = {"service_requests": [{"service_request_id": 77, "status": "closed"}]}
    body.answers = {
        "POST requests.json": (200, json.dumps([{"service_request_id": 77}])),
        "GET requests.json": (200, json.dumps(told)),
    }
    city.send_to(body.url)
    with unit_of_work(city.engine) as session:
        kept = session.merge(city.body())
        forwarding_actions.note_health(session, HANA, kept, "", "json", at=AT)
    city.tell()
    city.carry()
    assert city.row().remote_id == "77"
    city.carry(400)
    assert city.status() == "closed"


def test_each_failure_waits_twice_as_long(city: City, body: Body) -> None:
    body.answers["POST requests.xml"] = (429, "")
    city.send_to(body.url)
    city.tell()
    waits = []
    for later in (0, 10, 100, 1000):
        at = city.carry(later)
        # From the moment it failed, which is some milliseconds after the turn began.
        waits.append(int((city.row().due_at - at).total_seconds()))
    assert waits == [2, 4, 8, 16]
    assert len(body.posts) == 4
