"""Facts a domain wants others to hear: stored in the same transaction as the change itself."""

from services.outbox.dispatcher import Dispatcher
from services.outbox.events import Event, publish, publish_again, publish_all
from services.outbox.letters import (
    Backlog,
    Letter,
    Pile,
    backlog,
    dead_letters,
    discard,
    discard_all,
    piles,
    retry,
    retry_all,
)
from services.outbox.pruning import EVERY_S as PRUNE_EVERY_S
from services.outbox.pruning import prune
from services.outbox.subscriptions import Subscriptions

__all__ = [
    "PRUNE_EVERY_S",
    "Backlog",
    "Dispatcher",
    "Event",
    "Letter",
    "Pile",
    "Subscriptions",
    "backlog",
    "dead_letters",
    "discard",
    "discard_all",
    "piles",
    "prune",
    "publish",
    "publish_again",
    "publish_all",
    "retry",
    "retry_all",
]
