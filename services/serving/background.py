"""The loops beside the pages: deliveries, timers, news. They stop between two pieces of work."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from flask import Flask

from services import clock
from services.jobs import Scheduler
from services.outbox import Dispatcher, Subscriptions
from services.outbox.events import committed
from services.realtime import Hub

log = logging.getLogger(__name__)
POLL_S = 1.0
LAST_WORK_S = 20.0
BREATH_S = 0.002


class Background:
    """Threads (greenlets, where gevent patched them) that end with the process."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._ears: list[threading.Event] = []
        self._working: list[threading.Thread] = []
        self._endings: list[Callable[[], None]] = []

    def start(self, loop: Callable[[], None]) -> None:
        """Run a loop that may be cut off at any point."""
        threading.Thread(target=loop, daemon=True).start()

    def work(self, turn: Callable[[], object], *, woken: bool = False) -> None:
        """Call `turn` again and again; at the end the running one is waited for.

        A `woken` one is called at each commit too.
        """
        wake = committed.ear() if woken else self.stopping
        self._ears.append(wake)

        def keep_on() -> None:
            while not self.stopping.is_set():
                if woken:
                    wake.clear()
                try:
                    turn()
                except Exception:
                    log.exception("a turn failed; the next follows")
                wake.wait(POLL_S)

        thread = threading.Thread(target=keep_on, daemon=True)
        self._working.append(thread)
        thread.start()

    def at_the_end(self, ending: Callable[[], None]) -> None:
        """Let a loop that may be cut off close what it holds, when all turns have ended."""
        self._endings.append(ending)

    def stop(self) -> None:
        """Let what was begun end, so that no lease is left behind; twenty seconds at most."""
        self.stopping.set()
        for ear in self._ears:
            ear.set()
        end = time.monotonic() + LAST_WORK_S
        for thread in self._working:
            thread.join(max(0.0, end - time.monotonic()))
        for ending in self._endings:
            ending()


def start_news(app: Flask, background: Background) -> None:
    """Start what every process needs that changes something: its news reach the open pages."""
    hub: Hub = app.extensions["hub"]
    background.start(hub.ticks.run)


def start_wakes(app: Flask, background: Background) -> None:
    """Start what a process needs that commits and does not deliver: the workers are told at once.

    Without it they would find what was committed here at their next look.
    """
    relay, ear = app.extensions["hub"].relay, committed.ear()

    def tell() -> None:
        while True:
            ear.wait()
            ear.clear()
            relay.publish({"wake": True})

    if relay is not None:
        background.start(tell)


def start_sockets(app: Flask, background: Background) -> None:
    """Start what a process with sockets needs beside them."""
    hub: Hub = app.extensions["hub"]
    background.start(hub.review_for_ever)
    if hub.relay is not None:
        background.start(hub.relay.listen)
        hub.relay.ready.wait(10)


def start_work(app: Flask, background: Background) -> None:
    """Start deliveries, timers, and the loops that services added.

    Emergencies have a loop of their own: a slow mail server holds up the other one only.
    """
    engine, registry = app.extensions["engine"], app.extensions["registry"]
    everything = Dispatcher(engine, registry.subscriptions)
    urgent = Dispatcher(engine, _emergencies(registry.subscriptions))
    zone = ZoneInfo(app.extensions["settings"].timezone)
    scheduler = Scheduler(engine, registry.jobs, zone)

    def deliver(dispatcher: Dispatcher) -> None:
        everything.fan_out(clock.now())
        while not background.stopping.is_set() and dispatcher.deliver_one(clock.now()):
            # Where one loop does everything, pages come between two deliveries.
            time.sleep(BREATH_S)
            everything.fan_out(clock.now())

    if urgent.subscriptions.by_name:
        background.work(lambda: deliver(urgent), woken=True)
    background.work(lambda: deliver(everything), woken=True)
    background.work(lambda: scheduler.turn())
    for turn in app.extensions.get("turns", []):
        background.work(partial(turn, stopping=background.stopping.is_set), woken=True)
    for loop in app.extensions.get("background", []):
        background.start(loop)
    for ending in app.extensions.get("endings", []):
        background.at_the_end(ending)


def _emergencies(subscriptions: Subscriptions) -> Subscriptions:
    found = Subscriptions()
    found.by_name = {name: one for name, one in subscriptions.by_name.items() if one.lane == 0}
    return found
