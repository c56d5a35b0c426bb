"""A caller that checks each answer of the Open311 edge against the published shapes.

The application of every test has this client (tests/conftest.py), so that no answer of the edge
goes unchecked, whichever test asked for it: JSON by schema, XML by its elements, then read as JSON
and held against the same schema; refusals too.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import jsonschema
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.participation.reports.open311 import schemas

PREFIX = "/open311/v2/"
CHECKER = jsonschema.Draft202012Validator.FORMAT_CHECKER
# By the first word of the path: the root of XML, and the schema.
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "GET discovery": ("discovery", schemas.DISCOVERY),
    "GET services": ("services", schemas.SERVICES),
    "GET services/": ("service_definition", schemas.DEFINITION),
    "GET requests": ("service_requests", schemas.REQUESTS),
    "GET requests/": ("service_requests", schemas.REQUESTS),
    "GET requests+": ("service_requests", schemas.EXTENDED),
    "GET requests/+": ("service_requests", schemas.EXTENDED),
    "GET tokens/": ("service_requests", schemas.TOKEN),
    "POST requests": ("service_requests", schemas.TAKEN),
    "GET servicerequestupdates": ("service_request_updates", schemas.UPDATES),
    "POST servicerequestupdates": ("service_request_updates", schemas.HEARD),
}
LISTS = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
    "values": "value",
    "notes": "note",
    "media_urls": "media_url",
}
CALL = re.compile(r"(?P<word>[a-z]+)(?P<one>/[^/]+)?\.(?P<form>json|xml)")


class CheckedClient(FlaskClient):
    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        if answer.request.path.startswith(PREFIX):
            check(answer.request.method, answer.request.path, answer)
        return answer


def check(method: str, path: str, answer: TestResponse) -> None:
    """Fail where an answer has not the shape that is published for this call."""
    call = CALL.fullmatch(path.removeprefix(PREFIX))
    root, schema = ("errors", schemas.ERRORS)
    if answer.status_code == 200:
        assert call is not None, path
        more = parse_qs(urlsplit(answer.request.url).query).get("extensions") == ["true"]
        extended = more and call["word"] == "requests" and method == "GET"
        key = f"{method} {call['word']}" + ("/" if call["one"] else "") + ("+" if extended else "")
        root, schema = SHAPES[key]
    form = "json" if path.endswith(".json") else "xml"
    _typed(answer, form, bare=root == "discovery")
    value = json.loads(answer.data) if form == "json" else read(answer.data, root, schema)
    jsonschema.Draft202012Validator(schema, format_checker=CHECKER).validate(value)
    if root == "errors":
        assert answer.status_code in (400, 403, 404, 429, 500, 503), answer.status_code
        assert value[0]["code"] == answer.status_code


def _typed(answer: TestResponse, form: str, *, bare: bool) -> None:
    kind = {"json": "application/json", "xml": "text/xml"}[form]
    assert answer.content_type == kind + ("" if bare else "; charset=utf-8")


def read(content: bytes, root: str, schema: dict[str, Any]) -> Any:
    """Return what XML says as JSON would; an element of no list or of another name fails."""
    assert content.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n')
    element = ElementTree.fromstring(content)
    assert element.tag == root
    return _value(element, schema)


def _value(element: ElementTree.Element, schema: dict[str, Any]) -> Any:
    """Read an element by what its schema wants there: XML itself knows only texts."""
    assert not element.attrib
    if schema.get("type") == "array":
        names = {child.tag for child in element}
        assert names <= {LISTS.get(element.tag, "")}, (element.tag, names)
        return [_value(child, schema.get("items", {})) for child in element]
    if schema.get("type") == "object":
        fields = schema.get("properties", {})
        assert len({child.tag for child in element}) == len(element), "a field stands twice"
        return {child.tag: _value(child, fields.get(child.tag, {})) for child in element}
    assert len(element) == 0 or not schema, element.tag
    return _plain(element.text or "", schema)


def _plain(text: str, schema: dict[str, Any]) -> Any:
    kinds = schema.get("type", "string")
    nullable = "null" in kinds or {"type": "null"} in schema.get("anyOf", [])
    if not text and nullable:
        return None
    if kinds == "boolean":
        return {"true": True, "false": False}[text]
    if kinds == "integer":
        return int(text)
    return float(text) if kinds == "number" else text
