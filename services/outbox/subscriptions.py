"""Who wants to hear what. Filled at start-up by each domain's wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from services.db import Session
from services.outbox.events import Event

E = TypeVar("E", bound=Event)
Lane = Literal["emergency", "normal"]
RANK: dict[Lane, int] = {"emergency": 0, "normal": 1}


@dataclass(frozen=True)
class Subscriber:
    """A reaction: `handle` runs in a transaction of its own and must bear being run again.

    It runs `after_s` seconds after the event, for what may still be taken back until then.
    """

    name: str
    event: type[Event]
    handle: Callable[[Session, Any], None]
    lane: int
    after_s: int = 0


class Subscriptions:
    """Every reaction by its name, which outlives restarts and moves within its domain.

    What is on its way names its reaction, so a file that moves must not lose it.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, Subscriber] = {}

    def on(
        self,
        event: type[E],
        handle: Callable[[Session, E], None],
        lane: Lane = "normal",
        after_s: int = 0,
    ) -> None:
        """Let `handle` hear every `event`; raises ValueError if it already does."""
        name = f"{_house_of(handle.__module__)}.{handle.__qualname__}:{event.kind}"
        if name in self.by_name:
            raise ValueError(f"{name} is subscribed twice")
        self.by_name[name] = Subscriber(name, event, handle, RANK[lane], after_s)

    def to(self, kind: str) -> list[Subscriber]:
        return [s for s in self.by_name.values() if s.event.kind == kind]


def _house_of(module: str) -> str:
    """Return the domain or service a module is of: "reports" of participation.reports.views."""
    top, _, rest = module.partition(".")
    return rest.split(".")[0] if top in ("participation", "services") else module
