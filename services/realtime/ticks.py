"""What changed gathers for a moment and goes out as one frame for each room."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from services.realtime.changes import Told

log = logging.getLogger(__name__)
TICK_S = 0.2
IDLE_S = 1.0
# A frame with more would be larger than what a slow line is allowed to lag behind.
MOST_ITEMS = 200

Frame = dict[str, Any]


class Ticks:
    """The first change after a calm goes out at once, what follows within a tick goes together.

    A frame is `{"room", "cursor", "items"}`; each item carries its number as `seq`, by which a
    page that hears something twice knows it. Where there is too much to say, `reset` says that
    the whole is to be read anew.
    """

    def __init__(self, send: Callable[[Frame], None], idle: Callable[[], None]) -> None:
        self._send, self._idle = send, idle
        self._pending: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._lock = threading.Lock()
        self._stirred = threading.Event()

    def tell(self, told: list[Told]) -> None:
        """Take what a transaction had to tell, once it is committed."""
        with self._lock:
            for room, seq, item in told:
                self._pending[room].append(item | {"seq": seq})
        self._stirred.set()

    def tick(self) -> bool:
        """Send what gathered, one frame a room; say whether there was anything."""
        with self._lock:
            pending, self._pending = self._pending, defaultdict(list)
        for room, items in pending.items():
            cursor = max(item["seq"] for item in items)
            much = len(items) > MOST_ITEMS
            told = {"items": [], "reset": True} if much else {"items": items}
            self._send({"room": room, "cursor": cursor, **told})
        return bool(pending)

    def run(self) -> None:
        """Tick for ever."""
        while True:
            self._wait()
            try:
                told = self.tick()
                if not told:
                    self._idle()
            except Exception:
                log.exception("a tick failed; pages resume by cursor")
                told = True
            if told:
                time.sleep(TICK_S)

    def _wait(self) -> None:
        """Return when something was told, or after IDLE_S.

        What `wait` returns says nothing: a wait that ran out and a change may come together. So
        the mark is taken away first, and what gathered is looked for each time.
        """
        self._stirred.wait(IDLE_S)
        self._stirred.clear()
