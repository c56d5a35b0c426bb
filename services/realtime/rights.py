"""Rights that ended: those who held them are put out of their rooms, in every process."""

from collections.abc import Callable
from uuid import UUID

listeners: list[Callable[[UUID], None]] = []


def evict(person_id: UUID) -> None:
    """Close a person's sockets in every process; the pages come back with what is left to them.

    Raises RedisError where the other processes cannot be told: called from a subscriber, the
    outbox then tries again.
    """
    for listener in listeners:
        listener(person_id)
