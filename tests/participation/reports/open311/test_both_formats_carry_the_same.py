"""Whatever a text holds, XML says what JSON says, and our own client reads both alike."""

import json
from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from participation.reports.forwarding.reading import rows_of, text
from participation.reports.open311.format import UNWRITABLE, written

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
PLAIN = TEXT.filter(lambda text: not UNWRITABLE.search(text))
VALUE = st.one_of(TEXT, st.none(), st.booleans(), st.integers(), st.floats(-180, 180))
FIELDS = ("service_request_id", "status_notes", "address", "lat", "description")
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUE)), max_size=3)


def said(value: Any) -> str:
    """Return how XML 1.0 writes a value of JSON; line ends are one kind there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    whole = UNWRITABLE.sub("\ufffd", str(value))
    return whole.replace("\r\n", "\n").replace("\r", "\n")


@given(ROWS)
def test_the_same_fields_in_the_same_order(rows: list[dict[str, Any]]) -> None:
    told = json.loads(written(rows, "service_requests", "json"))
    root = ElementTree.fromstring(written(rows, "service_requests", "xml"))
    assert [[child.tag for child in row] for row in root] == [list(row) for row in told]
    assert [[child.text or "" for child in row] for row in root] == [
        [said(value) for value in row.values()] for row in told
    ]


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, PLAIN | st.none())), max_size=3))
def test_our_client_reads_both_alike(rows: list[dict[str, Any]]) -> None:
    read = [
        [[text(row, name) for name in FIELDS] for row in rows_of(written(rows, "x_requests", form))]
        for form in ("json", "xml")
    ]
    told = [[said(text(row, name)).strip() for name in FIELDS] for row in rows]
    assert [[said(value).strip() for value in row] for row in read[0]] == told
    assert read[1] == told
