"""How often one person or address may write. Counted in Redis when there are many processes."""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

import redis
from flask import current_app, request

from services.errors import TooManyError
from services.web.request import actor, settings

View = TypeVar("View", bound=Callable[..., Any])


class Counter(Protocol):
    """Counts uses of a key within a window; the first use opens the window."""

    def count(self, key: str, window_s: int) -> int: ...


class MemoryCounter:
    """For one process; forgets the oldest keys above `room`."""

    def __init__(self, room: int = 50_000) -> None:
        self.room = room
        self.seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, key: str, window_s: int) -> int:
        now = time.monotonic()
        ends, uses = self.seen.get(key, (now + window_s, 0))
        if ends <= now:
            ends, uses = now + window_s, 0
        self.seen[key] = (ends, uses + 1)
        while len(self.seen) > self.room:
            self.seen.popitem(last=False)
        return uses + 1


class RedisCounter:
    """For many processes. When Redis is away, writing goes on: a limit is no reason to lose."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)

    def count(self, key: str, window_s: int) -> int:
        try:
            pipe = self.client.pipeline()
            pipe.incr("limit:" + key)
            pipe.expire("limit:" + key, window_s, nx=True)
            return int(pipe.execute()[0])
        except redis.RedisError:
            return 0


def limit(name: str, times: int, window_s: int) -> Callable[[View], View]:
    """Refuse a view's writes after `times` within `window_s` seconds, by person or address."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> Any:
            if request.method not in ("GET", "HEAD"):
                who = str(actor().id or request.remote_addr)
                allowed = times if settings().mode == "production" else times * 100
                if counter().count(f"{name}:{who}", window_s) > allowed:
                    raise TooManyError(retry_after_s=window_s)
            return view(*args, **kwargs)

        return cast(View, limited)

    return decorate


def counter() -> Counter:
    return cast(Counter, current_app.extensions["limits"])


def make_counter(redis_url: str | None) -> Counter:
    return RedisCounter(redis_url) if redis_url else MemoryCounter()
