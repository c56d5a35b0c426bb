"""A mark by which a browser knows its person again: the same on every page, and nobody's id."""

import hmac
from uuid import UUID

from services.tokens import keyed_hash
from services.web.request import actor, settings

LENGTH = 32


def person_mark() -> str:
    """Return the mark of who asks (32 hex digits), nothing for a stranger."""
    person = actor().id
    return _mark(person) if person is not None else ""


def is_marked(told: str) -> bool:
    """Say whether `told` means who asks; browsers of an earlier version kept the id itself."""
    person = actor().id
    known = () if person is None else (_mark(person), str(person))
    return any(hmac.compare_digest(told.encode(), one.encode()) for one in known)


def _mark(person: UUID) -> str:
    return keyed_hash(settings().secret_key, "person mark", str(person))[:LENGTH]
