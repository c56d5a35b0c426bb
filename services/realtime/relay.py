"""Between processes: what one has to tell the pages, all tell theirs, over Redis."""

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, TimeoutError
from redis.retry import Retry

log = logging.getLogger(__name__)
MOST_UNSENT = 2000
AGAIN_S = 0.5
# How often Redis may be asked whether it is there without an answer: once each AGAIN_S.
UNANSWERED = 10
OPTIONS = {"socket_connect_timeout": 3, "socket_keepalive": True, "health_check_interval": 15}

Message = dict[str, Any]


class Relay:
    """A process's place on the channel.

    Redis hands a message at most once to those who listen at that moment. So what could not be
    published waits here, and a process that was away for a while calls `gap`: its pages then ask
    for what they missed by their cursors.
    """

    def __init__(self, url: str, hear: Callable[[Message], None], gap: Callable[[], None]) -> None:
        # Channels know no database number: without it two cities on one Redis would mix.
        self.channel = f"madang.realtime{urlsplit(url).path}"
        self.ready = threading.Event()
        self._closed = threading.Event()
        self._hear, self._gap = hear, gap
        self._origin = secrets.token_hex(8)
        self._redis: Any = Redis.from_url(url, socket_timeout=3, retry=_once_more(), **OPTIONS)
        self._listener: Any = Redis.from_url(url, retry=_once_more(), **OPTIONS)
        self._unsent: deque[bytes] = deque(maxlen=MOST_UNSENT)
        self._sending = threading.Lock()
        self._quiet_until = 0.0

    @property
    def waiting(self) -> int:
        """How many messages Redis did not take yet."""
        return len(self._unsent)

    def publish(self, message: Message) -> None:
        """Tell the other processes, at once or as soon as Redis is back."""
        if len(self._unsent) == MOST_UNSENT - 1:
            message = {"gap": True}
        if len(self._unsent) < MOST_UNSENT:
            self._unsent.append(self._coded(message))
        self.flush()

    def publish_now(self, message: Message) -> None:
        """Tell the other processes; raises RedisError when they cannot be told."""
        self._redis.publish(self.channel, self._coded(message))

    def flush(self) -> None:
        """Publish what waits, in order; what fails waits on, and is left alone for a moment."""
        with self._sending:
            if time.monotonic() < self._quiet_until:
                return
            try:
                while self._unsent:
                    self._redis.publish(self.channel, self._unsent[0])
                    self._unsent.popleft()
            except RedisError as error:
                self._quiet_until = time.monotonic() + AGAIN_S
                log.warning("cannot publish, %d wait: %s", len(self._unsent), type(error).__name__)

    def _coded(self, message: Message) -> bytes:
        return msgspec.json.encode(message | {"from": self._origin})

    def listen(self) -> None:
        """Hear the other processes until this is closed."""
        was_away = False
        while not self._closed.is_set():
            try:
                self._listen(was_away)
            except (RedisError, OSError) as error:
                log.warning("cannot hear the other processes: %s", type(error).__name__)
            was_away = True
            self.ready.clear()
            self._closed.wait(AGAIN_S)

    def close(self) -> None:
        """Leave the channel: what listens ends within half a second."""
        self._closed.set()

    def _listen(self, was_away: bool) -> None:
        with self._listener.pubsub() as channel:
            channel.subscribe(self.channel)
            while not self._closed.is_set():
                told = channel.get_message(timeout=AGAIN_S) or {"type": "nothing"}
                if told["type"] == "subscribe":
                    self._subscribed(channel, was_away)
                elif told["type"] == "message":
                    self._take(told["data"])
                elif channel.health_check_response_counter > UNANSWERED:
                    # Half open: nothing comes any more, and nobody says that it ended.
                    raise TimeoutError("unanswered")

    def _subscribed(self, channel: Any, was_away: bool) -> None:
        """Hear from here on; what was told since the last line ended nobody kept for us."""
        # What the line before was asked will not be answered here.
        channel.health_check_response_counter = 0
        # The library mends a line that broke without a word, but for a subscription nobody asked.
        again = was_away or self.ready.is_set()
        self.ready.set()
        if again:
            self._gap()

    def _take(self, data: bytes) -> None:
        try:
            message = msgspec.json.decode(data, type=Message)
            if message.get("from") != self._origin:
                self._hear(message)
        except Exception:
            log.exception("a message of another process could not be used")


def _once_more() -> Retry:
    """A connection that went stale is tried once more; waiting is done here, not in the library."""
    return Retry(NoBackoff(), 1)
