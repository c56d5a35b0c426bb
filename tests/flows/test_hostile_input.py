"""Whatever is sent to whatever address: an answer with a sentence, and nothing half stored."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from services.auth import Actor
from services.db import Base
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
    "four bytes": "🏚️𠮷" * 100,
    "a flood of accents": "Z" + "\u0301" * 400,
    "a way up": "../../../../../etc/passwd",
    "a way up in disguise": "..%2f..%2fetc%2fpasswd\\..\\",
    "a query": "' OR 1=1; DROP TABLE report; --",
    "a template": "{{ 7*7 }}${7*7}<script>alert(1)</script>",
    "a header": "x\r\nSet-Cookie: stolen=1",
    "somebody": str(MINJI.id),
    "a far place": "999,999",
    "a format": "%(city)s %s %n",
}
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


@pytest.mark.parametrize("what", sorted(TEXTS))
def test_any_text_in_any_field(app: Flask, visit: Visit, what: str) -> None:
    value = TEXTS[what]
    accept = "text/html" if len(what) % 2 else "application/problem+json"
    report(visit)
    pages = visit(HANA)
    pages.get("/sign-in")

    def send(method: str, path: str) -> TestResponse:
        arguments = dict.fromkeys(ARGUMENTS, value[:2000])
        form = dict.fromkeys(FIELDS, value) | {"csrf_token": pages.token}
        return pages.client.open(
            path,
            method=method,
            query_string=arguments,
            data=None if method in READS else form,
            headers={"Accept": accept},
        )

    assert wrongs(app, send, value) == []


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


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2fapp.py",
        "/static/dist/../../app.py",
        "/media/..%2f..%2fsecret.key/large.webp",
        "/media/" + "a" * 64 + "/..%2flarge.webp",
        "/static/dist/%2e%2e/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
    ],
)
def test_no_path_leads_out(app: Flask, visit: Visit, path: str) -> None:
    answer = visit(None).client.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert explains(answer)


def test_what_is_another_persons_looks_like_nothing(app: Flask, visit: Visit) -> None:
    hidden = report(visit)
    visit(HANA).post(f"/console/reports/{hidden}/reject", reason="사진에 얼굴이 있어요")
    pages = visit(JUN)
    before = stored(app)
    for path in (f"/reports/{hidden}", f"/reports/{hidden}/timeline"):
        assert pages.client.get(path).status_code == 404
    pages.post(f"/reports/{hidden}/follow", expect=404)
    for path in ("/console/", f"/console/reports/{hidden}", "/console/people/", "/console/audit"):
        assert pages.client.get(path).status_code == 403
    for act in ("answer", "assign", "merge", "reject", "note", "redact"):
        pages.post(f"/console/reports/{hidden}/{act}", expect=403)
    assert stored(app) == before
