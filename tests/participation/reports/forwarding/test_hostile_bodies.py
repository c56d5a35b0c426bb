"""A body that stalls, swells, bursts or points elsewhere harms nobody but its own letters."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from participation.reports.forwarding.reading import TroubleError, read, rows_of
from services.outbound import GuardedSession
from services.outbound import client as outbound
from tests.participation.reports.forwarding.conftest import City
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    LIST,
    NONE,
    TAKEN,
    Answer,
    Body,
    body,
    code,
    state,
)

__all__ = ["body"]
LAUGHS = "<!DOCTYPE a [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)
LAUGHS += "]><service_requests><request>&a9;</request></service_requests>"
OUTSIDE = "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"
HOSTILE = {
    "laughs": LAUGHS.encode(),
    "laughs in another encoding": ('<?xml version="1.0" encoding="utf-16"?>' + LAUGHS).encode(
        "utf-16"
    ),
    "a file of ours": OUTSIDE.encode(),
    "behind a comment": b"<!-- x --><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "behind blanks": b"  \n<!doctype a><a/>",
    "deep XML": b"<a>" * 50_000 + b"</a>" * 50_000,
    "deep JSON": b"[" * 50_000 + b"]" * 50_000,
    "half of it": b"<service_requests><request>",
    "an odd encoding": b'<?xml version="1.0" encoding="odd"?><a/>',
    "no text": b"\xff\xfe\x00",
    "nothing": b"",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=list(HOSTILE))
def test_what_cannot_be_read_is_told_so(content: bytes) -> None:
    with pytest.raises(TroubleError) as trouble:
        read(content)
    assert trouble.value.code == "unreadable"


def test_things_of_other_kinds_in_a_list_are_left_out() -> None:
    assert rows_of(b'[1, "x", null, {"a": 1}, [2]]') == [{"a": 1}]
    assert rows_of(b'{"service_requests": "x"}') == []


@pytest.mark.parametrize("call", ["GET requests.xml", "GET servicerequestupdates.xml"])
@pytest.mark.parametrize(
    "answer",
    [(200, LAUGHS), (200, "<a>" + "x" * 5_000_000 + "</a>"), (500, "<html>"), (302, "")],
    ids=["laughs", "huge", "broken", "elsewhere"],
)
def test_news_of_any_kind_leave_a_report_where_it_is(
    city: City, body: Body, call: str, answer: Answer
) -> None:
    body.answers = {"POST requests.xml": (200, TAKEN), "GET requests.xml": (200, NONE)}
    city.send_to(body.url)
    city.tell()
    city.carry()
    body.answers[call] = answer
    city.carry(400)
    assert (city.row().state, city.status()) == ("followed", "acknowledged")
    assert all("169.254" not in path for path in body.paths)
    # Once it is itself again, it is heard.
    body.answers |= {"GET requests.xml": (200, state("closed", "Done"))}
    body.answers.pop("GET servicerequestupdates.xml", None)
    city.carry(9000)
    assert city.status() == "closed"


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Hold an answer back until the test ends; nobody waits longer than a moment for it."""
    monkeypatch.setattr(outbound, "DEADLINE_S", 0.2)
    go_on = threading.Event()

    def hold(answer: Answer) -> Callable[[], Answer]:
        def held() -> Answer:
            go_on.wait(60)
            return answer

        return held

    yield hold
    go_on.set()


def test_a_body_that_stalls_is_left_and_looked_at_again(
    city: City, body: Body, stalled: Callable[[Answer], Callable[[], Answer]]
) -> None:
    """It may have taken the report: we look there before sending it again."""
    body.answers["POST requests.xml"] = stalled((200, TAKEN))
    city.send_to(body.url)
    city.tell()
    city.carry()
    assert (city.row().state, code(city)) == ("asked", "slow")
    mark = body.posts[0]["description"].rpartition("\n")[2]
    row = f"<service_request_id>77</service_request_id><description>{mark}</description>"
    body.answers["GET requests.xml"] = (200, LIST.format(f"<request>{row}</request>"))
    city.carry(60)
    assert (city.row().state, city.row().remote_id, len(body.posts)) == ("followed", "77", 1)


def test_a_body_that_stalls_holds_up_nobody_else(
    city: City, body: Body, stalled: Callable[[Answer], Callable[[], Answer]]
) -> None:
    """After one letter it is left alone until its letters are due again."""
    body.answers["POST requests.xml"] = stalled((200, TAKEN))
    city.send_to(body.url)
    for number in range(3):
        city.tell(f"Lamp {number}")
    city.carry()
    assert len(body.posts) == 1


def test_an_address_within_is_not_called(city: City, body: Body) -> None:
    """Outside of tests no body may listen at home: not by its number, not by a name."""
    port = body.url.partition("127.0.0.1:")[2]
    guarded = GuardedSession()
    city.courier.client = city.messenger.client = guarded
    city.send_to(f"https://127.0.0.1:{port}")
    city.tell()
    city.carry()
    assert (city.row().state, code(city)) == ("waiting", "address_refused")
    assert body.paths == []


def test_a_plain_line_is_not_used(city: City, body: Body) -> None:
    city.courier.client = GuardedSession()
    city.send_to(body.url)
    city.tell()
    city.carry()
    assert (city.row().state, code(city)) == ("waiting", "address_refused")
    assert body.posts == []
