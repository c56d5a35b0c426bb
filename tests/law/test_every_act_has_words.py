"""Whatever is written into the record of acts has words a person can read, and look for."""

from flask import Flask

from participation.moderation.details import CODED, PARTS
from participation.moderation.words import KINDS, WORDS
from participation.reports.blocks.rules import Why
from participation.reports.exports.queries import PUBLIC_SCOPE, STAFF_SCOPE
from participation.reports.open311.rules import SCOPES
from participation.reports.promises.rules import RAISED
from participation.reports.rules import STATUS_LABELS, Status
from services.auth import Role
from tests.law.recorded import Details, details, kinds, verbs
from tests.law.sources import broken, files

PLACES = ("app.py", "participation", "services")
# What a detail tells that is no code: ids, numbers, days, and names that somebody gave.
AS_IT_IS = {"asset", "changed", "count", "country", "days", "done", "followers", "heeded", "into"}
AS_IT_IS |= {"issuer", "key", "left", "new", "receipt", "report", "subdivision", "weekend", "zone"}


def untold(name: str, text: str) -> list[str]:
    return [
        f"{name}:{line} does not tell its {what}"
        for what, found in (("verb", verbs), ("kind", kinds), ("detail", details))
        for line in found(text)[1]
    ]


def all_details() -> Details:
    """Return all that acts tell in detail, as `details` does for one module."""
    told: Details = {}
    for path in files(*PLACES):
        for key, values in details(path.read_text())[0].items():
            known = told.setdefault(key, set())
            told[key] = None if values is None or known is None else known | values
    return told


def test_every_recorded_verb_has_words() -> None:
    """There may be words for more: what an earlier version recorded is read for ever."""
    found = set().union(*(verbs(path.read_text())[0] for path in files(*PLACES)))
    assert found - set(WORDS) == set(), "these acts are read as codes"


def test_every_recorded_kind_has_words() -> None:
    found = set().union(*(kinds(path.read_text())[0] for path in files(*PLACES)))
    assert found - set(KINDS) == set(), "what these acts were done to is read as codes"


def test_every_part_of_a_detail_has_words() -> None:
    assert set(all_details()) - set(PARTS) == set(), "what these details tell is read as codes"


def test_every_coded_value_has_words(app: Flask) -> None:
    registry = app.extensions["registry"]
    codes: dict[str, set[str]] = {
        "bounds": {kind.kind for kind in registry.bounds},
        "from": set(Status),
        "purpose": {purpose.key for purpose in registry.purposes},
        "role": set(Role),
        "scope": {PUBLIC_SCOPE, STAFF_SCOPE},
        "scopes": set(SCOPES),
        "to": set(Status),
        "why": {*Why, *RAISED},
    }
    for key, values in all_details().items():
        assert (key in CODED) != (key in AS_IT_IS), f"is {key} a code, or told as it is?"
        assert values is not None or key in codes, f"which codes may {key} be?"
        lacking = (codes.get(key, set()) | (values or set())) - {"", *CODED.get(key, {})}
        assert lacking == set(), f"{key} is read as a code"


def test_states_are_called_as_on_the_pages() -> None:
    assert {Status(code): text for code, text in CODED["to"].items()} == STATUS_LABELS


def test_every_record_tells_what_it_says() -> None:
    assert broken(untold, *PLACES) == []


def test_no_two_are_called_the_same() -> None:
    for words in (WORDS, KINDS, PARTS, *CODED.values()):
        assert len(set(words.values())) == len(words)


def test_a_verb_is_found_wherever_it_comes_from() -> None:
    text = """
WAYS = {"a": _take}
VERBS: dict[str, str] = {"a": "five"}
def paint(session, on):
    audit.record(session, None, "one", "wall", "")
    _told(session, "two" if on else "three", 1)
def burn(session):
    verb = "four"
    audit.record(session, None, verb, "wall", "")
def back(session, kind):
    verb, key = VERBS[kind], kind
    audit.record(session, None, verb, "wall", key)
def undo(session, kind):
    if verb := WAYS[kind](session):
        _told(session, verb, 1)
def _take(session):
    return "six" if session else ""
def _told(session, verb, ref):
    audit.record(session, None, verb, "wall", ref)
"""
    assert verbs(text) == ({"one", "two", "three", "four", "five", "six"}, [])
    assert verbs("def f(s):\n    audit.record(s, None, s.verb, '', '')\n") == (set(), [2])


def test_a_kind_is_found_wherever_it_comes_from() -> None:
    text = """
WAYS = {Team.__tablename__: "one", "two": "two"}
def paint(session, kind="three"):
    audit.record(session, None, "paint", kind, "")
def twice(session):
    paint(session, kind="four")
    paint(session, "five")
def back(session, removed):
    verb, kind = WAYS[removed.kind], removed.kind
    audit.record(session, None, verb, kind, "")
"""
    assert kinds(text) == ({"team", "two", "three", "four", "five"}, [])
    assert kinds("def f(s):\n    audit.record(s, None, '', s.kind, '')\n") == (set(), [2])


def test_a_detail_is_found_wherever_it_comes_from() -> None:
    text = """
def paint(session, colour, on):
    audit.record(session, None, "", "", "", detail={"colour": colour.value})
    if detail := {"was": "dry" if on else "wet"}:
        audit.record(session, None, "", "", "", detail=detail)
def burn(session, count):
    told = {"count": str(count)}
    detail = told | {"by": "fire"}
    audit.record(session, None, "", "", "", detail=detail)
"""
    found = {"colour": None, "was": {"dry", "wet"}, "count": set(), "by": {"fire"}}
    assert details(text) == (found, [])
    assert details("def f(s, d):\n    audit.record(s, 0, '', '', '', detail=d)\n") == ({}, [2])
