"""What another body answers, read leniently: XML or JSON, wrapped or not, numbers for ids."""

import re
from typing import Any, Literal
from xml.etree import ElementTree

import msgspec

Fate = Literal["again", "lost", "refused"]
Row = dict[str, Any]
LONGEST = 200
# After these a body is left alone for a while.
AWAY = ("unreachable", "slow", "broken", "busy", "address_unresolved", "address_refused")
# JSON holds them; a database or XML does not.
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class TroubleError(Exception):
    """What went wrong. `fate`: "again" nothing was done there, "refused" it said no for good,
    "lost" it may have been done, only its answer is not known."""

    def __init__(self, code: str, fate: Fate, said: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.fate = fate
        self.said = " ".join(said.split())[:LONGEST]

    @property
    def away(self) -> bool:
        """Say whether whatever else waits for the body would meet the same."""
        return self.code in AWAY


def rows_of(content: bytes) -> list[Row]:
    """Return the things of a list, in JSON or XML; raises TroubleError for what is neither."""
    value = read(content)
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    found = value if isinstance(value, list) else [value]
    return [row for row in found if isinstance(row, dict)]


def single(content: bytes) -> Row:
    """Return the one thing an answer is; raises TroubleError."""
    value = read(content)
    if isinstance(value, list):
        value = value[0] if value else {}
    if not isinstance(value, dict):
        raise TroubleError("unreadable", "again")
    return value


def read(content: bytes) -> Any:
    """Return what JSON or XML says: objects, lists and texts; raises TroubleError."""
    try:
        if content.lstrip()[:1] in (b"[", b"{"):
            return msgspec.json.decode(content)
        # A document that declares entities can grow without end; no honest answer does.
        if b"<!" in content.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or b"\0" in content:
            raise TroubleError("unreadable", "again")
        return _plain(ElementTree.fromstring(content))  # noqa: S314  no entities, see above
    except (ValueError, LookupError, ElementTree.ParseError, RecursionError) as error:
        raise TroubleError("unreadable", "again") from error


def _plain(element: ElementTree.Element) -> Any:
    """An element whose children all have one name is a list, if its name is a plural."""
    children = list(element)
    if not children:
        return (element.text or "").strip()
    if _is_list(element):
        return [_plain(child) for child in children]
    return {child.tag: _plain(child) for child in children}


def _is_list(element: ElementTree.Element) -> bool:
    tags = {child.tag for child in element}
    plural = element.tag.endswith("s") and element.tag not in ("address", "status", "keywords")
    return plural and len(tags) <= 1 and all(len(child) for child in element)


def text(row: Any, name: str) -> str:
    """Return a field as text that can be kept, "" where it is absent, null or no text."""
    value = row.get(name) if isinstance(row, dict) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return ODD.sub("", str(value)).strip() if isinstance(value, str | int | float) else ""
