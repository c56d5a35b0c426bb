"""Whatever is sent to whatever address: an answer with a sentence, and nothing half stored."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.auth import Actor
from tests.flows.refusals import explains, stored
from tests.flows.test_report_to_answer import FORM, report
from tests.pages import Pages
from tests.people import HANA, JUN, MINJI

Visit = Callable[[Actor | None], Pages]
ROOT = Path(__file__).resolve().parents[2]
READS = {"GET", "HEAD", "OPTIONS"}
# These end the sign-in that the others need.
LAST = ("accounts.sign_out", "accounts.erase")
TEXTS = {
    "nothing": "",
    "spaces": " \t\n ",
    "no number": "nan",
    "endless number": "1e999",
    "negative": "-1",
    "too many digits": "9" * 60,
    "Arabic digits": "٣٤",
    "right to left": "\u202eevil\u202c\u2066",
    "a NUL": "a\x00b",
    "four bytes": "🏚️𠮷" * 50,
    "a flood of accents": "Z" + "\u0301" * 200,
    "a way up": "../../../../../etc/passwd",
    "a way up in disguise": "..%2f..%2fetc%2fpasswd\\..\\",
    "a query": "' OR 1=1; DROP TABLE report; --",
    "a template": "{{ 7*7 }}${7*7}<script>alert(1)</script>",
    "a header": "x\r\nSet-Cookie: stolen=1",
    "somebody": str(MINJI.id),
    "a far place": "999,999",
    "a format": "%(city)s %s %n",
}
# What one database keeps and another refuses; the rest is judged before any is asked.
STORED = {"a NUL", "four bytes", "too many digits", "Arabic digits", "a query", "somebody"}
TEN_MEGABYTES = b"&text=" + b"%EA%B0%80" * (10_000_000 // 9)
BODIES = {
    "no JSON": b"{",
    "a number": b"7",
    "nothing": b"null",
    "deep": b"[" * 200_000,
    "deep and closed": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "lone surrogate": b'{"id": "\\ud800", "endpoint": "\\udfff"}',
    "no UTF-8": b'{"id": "\xff\xfe"}',
    "wrong kinds": b'{"id": [], "endpoint": {}, "keys": 1, "lat": "x", "text": null}',
    "ten megabytes": json.dumps({"id": "x" * 10_000_000}).encode(),
}


def names(pattern: str, *places: str) -> set[str]:
    """Return every name of a field or an argument that the product reads anywhere."""
    found: set[str] = set()
    for place in places:
        for path in (ROOT / place).rglob("*"):
            if path.suffix in (".html", ".py"):
                found |= set(re.findall(pattern, path.read_text()))
    return found


FIELDS = names(r'name="([a-z_]+)"', "templates") | names(
    r'request\.form(?:\.get(?:list)?\(|\[)"([a-z_]+)"', "participation", "services"
)
ARGUMENTS = names(r'request\.(?:args|values)\.get\("([a-z_]+)"', "participation", "services")
ARGUMENTS |= {"next", "after", "status", "category", "box", "zoom", "q", "query", "view"}


def addresses(app: Flask, value: str) -> Iterator[tuple[str, str, str]]:
    """Yield (endpoint, method, path) of every route, each part of a path being `value`."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint in LAST)
    short = quote(value[:400], safe="")
    for rule in rules:
        path = re.sub(r"<int:[^>]+>", "9" * 12, rule.rule)
        path = re.sub(r"<[^>]+>", short or "x", path)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, path


def wrongs(app: Flask, send: Callable[[str, str], TestResponse], value: str) -> list[str]:
    """Send to every route; return the answers that break, are mute, or left something behind."""
    found = []
    before = stored(app)
    for endpoint, method, path in addresses(app, value):
        answer = send(method, path)
        after = stored(app)
        where = f"{method} {endpoint} {answer.status_code}"
        if answer.status_code >= 500:
            found.append(where)
        if answer.status_code >= 400 and not explains(answer):
            found.append(where + " without a sentence")
        if answer.status_code >= 400 and after != before:
            found.append(where + " left something behind")
        if "stolen" in str(answer.headers) or "root:" in answer.text:
            found.append(where + " gave something away")
        answer.close()
        before = after
    return found


@pytest.mark.parametrize("what", sorted(STORED))
def test_any_text_that_is_stored_in_any_field(app: Flask, visit: Visit, what: str) -> None:
    assert wrongs_of_text(app, visit, what) == []


@pytest.mark.above_the_database
@pytest.mark.parametrize("what", sorted(set(TEXTS) - STORED))
def test_any_other_text_in_any_field(app: Flask, visit: Visit, what: str) -> None:
    assert wrongs_of_text(app, visit, what) == []


def wrongs_of_text(app: Flask, visit: Visit, what: str) -> list[str]:
    value = TEXTS[what]
    accept = "text/html" if len(what) % 2 else "application/problem+json"
    report(visit)
    pages = visit(HANA)
    pages.get("/sign-in")

    arguments = urlencode(dict.fromkeys(ARGUMENTS, value[:60]))
    form = urlencode(dict.fromkeys(FIELDS, value) | {"csrf_token": pages.token})

    def send(method: str, path: str) -> TestResponse:
        return pages.client.open(
            path,
            method=method,
            query_string=arguments,
            data=None if method in READS else form,
            content_type=None if method in READS else "application/x-www-form-urlencoded",
            headers={"Accept": accept},
        )

    return wrongs(app, send, value)


@pytest.mark.above_the_database
def test_ten_megabytes_in_a_field(app: Flask, visit: Visit) -> None:
    pages = visit(HANA)
    pages.get("/sign-in")

    def send(method: str, path: str) -> TestResponse:
        return pages.client.open(
            path,
            method=method,
            data=None if method in READS else f"csrf_token={pages.token}".encode() + TEN_MEGABYTES,
            content_type="application/x-www-form-urlencoded",
        )

    assert wrongs(app, send, str(JUN.id)) == []


@pytest.mark.above_the_database
@pytest.mark.parametrize("what", sorted(BODIES))
def test_any_body_as_json(app: Flask, visit: Visit, what: str) -> None:
    pages = visit(HANA)
    pages.get("/sign-in")

    def send(method: str, path: str) -> TestResponse:
        return pages.client.open(
            path,
            method=method,
            data=None if method in READS else BODIES[what],
            content_type="application/json",
            headers={"X-CSRF-Token": pages.token},
        )

    assert wrongs(app, send, str(JUN.id)) == []


def test_bytes_that_are_no_text(app: Flask, visit: Visit) -> None:
    """Lone surrogates and broken UTF-8, as only a hand-made request carries them."""
    pages = visit(HANA)
    pages.get("/sign-in")
    broken = b"%ED%A0%80%FF%C0%AF"

    def send(method: str, path: str) -> TestResponse:
        body = b"&".join(name.encode() + b"=" + broken for name in sorted(FIELDS))
        return pages.client.open(
            path,
            method=method,
            query_string=b"&".join(n.encode() + b"=" + broken for n in sorted(ARGUMENTS)).decode(),
            data=None if method in READS else body,
            content_type=None if method in READS else "application/x-www-form-urlencoded",
            headers={"X-CSRF-Token": pages.token, "Cookie": "lang=%FF; theme=\xff"},
        )

    assert wrongs(app, send, "\ufffd") == []


def test_every_field_of_a_report_is_weighed_alone(app: Flask, visit: Visit) -> None:
    """One odd field among good ones: refused and told, or taken as the words it is."""
    pages = visit(MINJI)
    pages.get("/reports/new")
    wrong = []
    for name in [*FORM, "spot", "answer", "place"]:
        for what, value in TEXTS.items():
            before = stored(app)
            data = FORM | {name: value, "csrf_token": pages.token}
            data |= {"lat": "", "lon": ""} if name == "spot" else {}
            answer = pages.client.post("/reports/", data=data)
            if answer.status_code not in (303, 413, 422):
                wrong.append(f"{name}: {what}: {answer.status_code}")
            if answer.status_code != 303 and stored(app) != before:
                wrong.append(f"{name}: {what} left something behind")
    assert wrong == []


def test_a_reports_hostile_words_are_only_words(app: Flask, visit: Visit) -> None:
    words = TEXTS["a template"] + TEXTS["right to left"] + "🏚️𠮷"
    report_id = report(visit, text=words)
    page = visit(JUN).get(f"/reports/{report_id}")
    assert "<script>alert" not in page
    assert "{{ 7*7 }}" in page
    assert "🏚️𠮷" in page
