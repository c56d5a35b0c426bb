"""Facts a domain wants others to hear: stored in the same transaction as the change itself."""

from services.outbox.dispatcher import Dispatcher
from services.outbox.events import Event, publish
from services.outbox.letters import Letter, dead_letters, retry
from services.outbox.subscriptions import Subscriptions

__all__ = ["Dispatcher", "Event", "Letter", "Subscriptions", "dead_letters", "publish", "retry"]
