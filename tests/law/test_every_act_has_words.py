"""Whatever is written into the record of acts has words a person can read, and look for."""

from participation.moderation.words import WORDS
from tests.law.sources import broken, files
from tests.law.verbs import verbs

PLACES = ("app.py", "participation", "services")


def untold(name: str, text: str) -> list[str]:
    return [f"{name}:{line} does not tell its verb" for line in verbs(text)[1]]


def test_every_recorded_verb_has_words() -> None:
    """There may be words for more: what an earlier version recorded is read for ever."""
    found = set().union(*(verbs(path.read_text())[0] for path in files(*PLACES)))
    assert found - set(WORDS) == set(), "these acts are read as codes"


def test_every_record_tells_its_verb() -> None:
    assert broken(untold, *PLACES) == []


def test_no_two_acts_are_called_the_same() -> None:
    assert len(set(WORDS.values())) == len(WORDS)


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
