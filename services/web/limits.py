"""How often one person or address may write. Counted in Redis when there are many processes."""

import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

import msgspec
import redis
from flask import Flask, current_app, request

from services.errors import TooManyError
from services.web import browsers
from services.web.request import READS, actor, settings

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., Any])
LIMIT = "__limit__"
AWAY_S = 2.0


class Limit(msgspec.Struct, frozen=True):
    """At most `times` uses by one person or address within `window_s` seconds.

    `by_device` counts each browser besides, whoever signs in there.
    """

    name: str
    times: int
    window_s: int
    by_device: bool = False

    def allowed(self, mode: str) -> int:
        """Return the bound in `mode`: the demo city is played with by many behind one address."""
        return self.times if mode == "production" else self.times * 100


# Holds for every write that has no bound of its own, so that none is without.
GROUND = Limit("write", times=300, window_s=600)


class Uses(msgspec.Struct, frozen=True):
    """How often a key was used in its window, and the seconds until the window ends."""

    times: int
    ends_in_s: int


class Counter(Protocol):
    """Counts uses of a key within a window; the first use opens the window."""

    def count(self, key: str, window_s: int) -> Uses: ...


class MemoryCounter:
    """For one process; forgets the oldest keys above `room`."""

    def __init__(self, room: int = 50_000) -> None:
        self.room = room
        self.seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, key: str, window_s: int) -> Uses:
        now = time.monotonic()
        ends, uses = self.seen.get(key, (now + window_s, 0))
        if ends <= now:
            ends, uses = now + window_s, 0
            # A new window is as young as a new key.
            self.seen.pop(key, None)
        self.seen[key] = (ends, uses + 1)
        while len(self.seen) > self.room:
            self.seen.popitem(last=False)
        return Uses(uses + 1, max(1, round(ends - now)))


class RedisCounter:
    """For many processes. While Redis is away each process counts for itself."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
        self.own = MemoryCounter()
        self.away_until = 0.0

    def count(self, key: str, window_s: int) -> Uses:
        if time.monotonic() < self.away_until:
            return self.own.count(key, window_s)
        try:
            return self._count("limit:" + key, window_s)
        except redis.RedisError as error:
            # Asked again in a moment: a server that hangs must not slow every write.
            self.away_until = time.monotonic() + AWAY_S
            log.warning("limits are counted here, Redis is away: %s", type(error).__name__)
            return self.own.count(key, window_s)

    def _count(self, key: str, window_s: int) -> Uses:
        pipe = self.client.pipeline()
        pipe.set(key, 0, ex=window_s, nx=True)
        pipe.incr(key)
        pipe.ttl(key)
        _, times, ends_in_s = pipe.execute()
        return Uses(int(times), max(1, int(ends_in_s)))


def limit(
    name: str, times: int, window_s: int, *, by_device: bool = False
) -> Callable[[View], View]:
    """Refuse a view after `times` requests within `window_s` seconds, by person or address."""
    bound = Limit(name, times, window_s, by_device)

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> Any:
            use(bound)
            return view(*args, **kwargs)

        setattr(limited, LIMIT, bound)
        return cast(View, limited)

    return decorate


def install(app: Flask) -> None:
    app.before_request(_ground)


def _ground() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method not in READS and not hasattr(view, LIMIT):
        use(GROUND)


def line_of(address: str) -> str:
    """Return what is counted of an address: one line has 2^64 of IPv6 (RFC 6177), all its own."""
    try:
        found = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.IPv6Network((int(found), 64), strict=False))


def use(bound: Limit) -> None:
    """Count a use by who asks; raises TooManyError above the bound.

    For what costs much only as it is asked for; a whole view says `limit`.
    """
    those = [str(actor().id or line_of(request.remote_addr or ""))]
    if bound.by_device and (browser := browsers.known()):
        those.append(browser)
    for who in those:
        uses = counter().count(f"{bound.name}:{who}", bound.window_s)
        if uses.times > bound.allowed(settings().mode):
            raise TooManyError(retry_after_s=uses.ends_in_s)


def counter() -> Counter:
    return cast(Counter, current_app.extensions["limits"])


def make_counter(redis_url: str | None) -> Counter:
    return RedisCounter(redis_url) if redis_url else MemoryCounter()
