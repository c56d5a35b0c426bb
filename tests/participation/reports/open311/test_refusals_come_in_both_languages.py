"""What a refusal says comes in the caller's language, in both formats; its code is the same."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from services import i18n
from services.web import faults

BASE = "/open311/v2/"


def said(answer: Any, form: str) -> tuple[int, str]:
    """Return the code and the sentence of a refusal."""
    assert answer.status_code >= 400, answer.data
    if form == "json":
        (error,) = json.loads(answer.data)
        return error["code"], error["description"]
    error = ElementTree.fromstring(answer.data)[0]
    return int(error.findtext("code") or 0), str(error.findtext("description"))


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("path", "code", "english", "korean"),
    [
        ("services/moon.{}", 404, "service_code was not found", "그런 service_code는 없어요"),
        ("requests/1.{}", 404, "There is nothing of that name here.", "그런 이름은 여기에 없어요."),
        (
            "requests.{}?status=lost",
            400,
            "status may be open, closed or both",
            "status는 open, closed 또는 둘 다 쓸 수 있어요",
        ),
        (
            "requests.{}?page=0",
            400,
            "page must be a whole number from 1 to 1000000",
            "page 값은 1부터 1000000까지의 정수여야 해요",
        ),
        (
            "servicerequestupdates.{}?start_date=soon",
            400,
            "start_date is no ISO 8601 date",
            "start_date 값이 ISO 8601 날짜가 아니에요",
        ),
        (
            "requests.{}?lat=91&long=1",
            400,
            "lat must lie within 90 degrees",
            "lat 값은 90도를 넘을 수 없어요",
        ),
    ],
)
def test_a_question(
    client: FlaskClient, path: str, code: int, english: str, korean: str, form: str
) -> None:
    for wish, sentence in (("en", english), ("ko-KR,en;q=0.3", korean), ("fr,en;q=0.2", english)):
        answer = client.get(BASE + path.format(form), headers={"Accept-Language": wish})
        assert said(answer, form) == (code, sentence)
        assert answer.headers["Content-Language"] == ("ko" if sentence == korean else "en")
        assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("change", "code", "english", "korean"),
    [
        ({"service_code": ""}, 400, "service_code is missing", "service_code 값이 없어요"),
        (
            {"description": "x" * 4001},
            400,
            "description may have up to 4000 characters",
            "description 값은 4000자까지 보낼 수 있어요",
        ),
        (
            {"api_key": "other"},
            403,
            "api_key is missing or not valid",
            "api_key가 없거나 쓸 수 없는 키예요",
        ),
        ({"lang": "en", "service_code": "moon"}, 404, "service_code was not found", ""),
    ],
)
def test_a_post(
    client: FlaskClient,
    lamp: dict[str, Any],
    change: dict[str, str],
    code: int,
    english: str,
    korean: str,
    form: str,
) -> None:
    for wish, sentence in (("en", english), ("ko", korean or english)):
        sent = lamp | change
        answer = client.post(f"{BASE}requests.{form}", data=sent, headers={"Accept-Language": wish})
        assert said(answer, form) == (code, sentence)


@pytest.mark.parametrize("wish", ["ko", "en"])
def test_a_call_in_another_way(client: FlaskClient, wish: str) -> None:
    answer = client.put(f"{BASE}discovery.json", headers={"Accept-Language": wish})
    _, sentence = said(answer, "json")
    known = [i18n.translate(wish, title) for title, _ in faults.WORDS.values()]
    nothing = i18n.translate(wish, "There is nothing of that name here.")
    assert sentence in [*known, nothing]
