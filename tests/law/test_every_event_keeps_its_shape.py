"""What is stored today is read by the code of next year: each event has an example that holds."""

import importlib
import json
import pkgutil
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from flask import Flask

import participation
import services
from services.outbox import Event, Subscriptions
from tests.law.sources import ROOT

EXAMPLES = ROOT / "tests" / "examples" / "events"


def events() -> dict[str, type[Event]]:
    """Return every event class of the product by its kind, wherever in it one is defined."""
    found: dict[str, type[Event]] = {}
    for house in (participation, services):
        for module in pkgutil.walk_packages(house.__path__, f"{house.__name__}."):
            importlib.import_module(module.name)
    for one in subclasses(Event):
        if one.__module__.startswith(("participation.", "services.")):
            assert found.setdefault(one.kind, one) is one, f"{one.kind} is used twice"
    return found


def subclasses(kind: type[Event]) -> Iterator[type[Event]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def unheard(kinds: Collection[str], subscriptions: Subscriptions) -> list[str]:
    """Return the events that nobody subscribes to: they are told into the void."""
    return sorted(kind for kind in kinds if not subscriptions.to(kind))


def misshapen(kinds: dict[str, type[Event]], folder: Path) -> list[str]:
    """Return the events whose example is missing, unreadable, or of another shape."""
    wrong = [
        f"{path.stem} is no event any more"
        for path in folder.glob("*.json")
        if path.stem not in kinds
    ]
    for kind, event in kinds.items():
        path = folder / f"{kind}.json"
        if not path.exists():
            wrong.append(f"{kind} has no example")
            continue
        stored = json.loads(path.read_text())
        try:
            again = msgspec.to_builtins(msgspec.convert(stored, event))
        except msgspec.ValidationError as error:
            wrong.append(f"{kind}: {error}")
            continue
        if again != stored:
            wrong.append(f"{kind} has changed its shape")
    return wrong


def test_every_event_does() -> None:
    assert misshapen(events(), EXAMPLES) == []


def test_somebody_hears_every_event(app: Flask) -> None:
    assert unheard(events(), app.extensions["registry"].subscriptions) == []
    assert unheard({"walls.painted"}, Subscriptions()) == ["walls.painted"]


def test_events_hold_ids_and_no_words_of_a_person() -> None:
    private = {"email", "name", "display_name", "text", "body", "phone", "address"}
    for kind, event in events().items():
        assert not private & {f.name for f in msgspec.structs.fields(event)}, kind


def test_a_changed_event_is_found(tmp_path: Path) -> None:
    class Painted(Event, frozen=True):
        kind = "walls.painted"
        colour: str
        coats: int = 1

    path = tmp_path / "walls.painted.json"
    kinds: dict[str, type[Event]] = {"walls.painted": Painted}
    assert misshapen(kinds, tmp_path) == ["walls.painted has no example"]
    path.write_text('{"colour": "red"}')
    assert misshapen(kinds, tmp_path) == ["walls.painted has changed its shape"]
    path.write_text('{"coats": 1}')
    assert len(misshapen(kinds, tmp_path)) == 1
    path.write_text('{"colour": "red", "coats": 1, "gone": true}')
    assert misshapen(kinds, tmp_path) == ["walls.painted has changed its shape"]
    path.write_text('{"colour": "red", "coats": 1}')
    assert misshapen(kinds, tmp_path) == []
    assert misshapen({}, tmp_path) == ["walls.painted is no event any more"]
