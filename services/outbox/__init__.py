"""Facts a domain wants others to hear: stored in the same transaction as the change itself."""

from services.outbox.dispatcher import Dispatcher
from services.outbox.events import Event, publish, publish_again, publish_all
from services.outbox.letters import Backlog, Letter, backlog, dead_letters, discard, retry
from services.outbox.pruning import EVERY_S as PRUNE_EVERY_S
from services.outbox.pruning import prune
from services.outbox.subscriptions import Subscriptions

__all__ = [
    "PRUNE_EVERY_S",
    "Backlog",
    "Dispatcher",
    "Event",
    "Letter",
    "Subscriptions",
    "backlog",
    "dead_letters",
    "discard",
    "prune",
    "publish",
    "publish_again",
    "publish_all",
    "retry",
]
