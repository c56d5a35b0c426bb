"""A browser without script that checks each page it visits."""

from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

LABELLED = {"input", "select", "textarea"}


class Outline(HTMLParser):
    """What the checks need of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.headings = 0
        self.ids: list[str] = []
        self.fors: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.outside: list[str] = []
        self.inline: list[str] = []
        self.title = ""
        self.in_title = False
        self.labels_open = 0
        self.token = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        self.labels_open += tag == "label"
        self.in_title = tag == "title"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label" and given.get("for"):
            self.fors.add(str(given["for"]))
        if tag in LABELLED and given.get("type") not in ("hidden", "submit"):
            self.fields.append(given | {"wrapped": "yes" if self.labels_open else None})
        if given.get("name") == "csrf_token":
            self.token = str(given.get("value"))
        for name in ("src", "href", "action"):
            if str(given.get(name) or "").startswith(("http:", "https:", "//")):
                self.outside.append(str(given[name]))
        if "style" in given or (tag == "script" and not given.get("src")):
            self.inline.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.labels_open -= tag == "label"
        self.in_title = False

    def handle_data(self, data: str) -> None:
        self.title += data if self.in_title else ""


class Pages:
    """Visits pages and checks each; posts forms with the token of the last page seen."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.token = ""

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code)
        return self._checked(answer)

    def post(self, path: str, expect: int = 303, **form: Any) -> TestResponse:
        if not self.token:
            self.get("/sign-in")
        answer = self.client.post(path, data={"csrf_token": self.token} | form, buffered=True)
        assert answer.status_code == expect, (path, answer.status_code)
        return answer

    def _checked(self, answer: TestResponse) -> str:
        if answer.mimetype != "text/html":
            return answer.text
        page = Outline()
        page.feed(answer.text)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe-inline" not in policy.split("script-src", 1)[1].split(";", 1)[0]
        assert "http" not in policy, "a page may ask nobody else"
        assert len(page.title.strip()) > 2, "a page without a title"
        assert page.headings == 1, f"{page.headings} main headings"
        assert len(page.ids) == len(set(page.ids)), "an id stands twice"
        assert not page.outside, page.outside
        assert not page.inline, page.inline
        for field in page.fields:
            named = field["wrapped"] or field.get("aria-label") or field.get("id") in page.fors
            assert named, f"a field without a label: {field}"
        self.token = page.token or self.token
        return answer.text
