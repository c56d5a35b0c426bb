"""What is stored today is read by the code of next year: each event has an example that holds."""

import importlib
import json
import pkgutil
from pathlib import Path

import msgspec

import participation.events
from services.outbox import Event
from tests.law.sources import ROOT

EXAMPLES = ROOT / "tests" / "examples" / "events"


def events() -> dict[str, type[Event]]:
    """Return every event class of the product by its kind."""
    found: dict[str, type[Event]] = {}
    for module in pkgutil.iter_modules(participation.events.__path__):
        for one in vars(importlib.import_module(f"participation.events.{module.name}")).values():
            if isinstance(one, type) and issubclass(one, Event) and one is not Event:
                assert found.setdefault(one.kind, one) is one, f"{one.kind} is used twice"
    return found


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
