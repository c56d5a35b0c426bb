"""Opaque references: unguessable where a stranger could otherwise count or reach private things."""

import secrets
from uuid import UUID, uuid4


def new_id() -> UUID:
    """Return a random version 4 UUID."""
    return uuid4()


def secret_token(size: int = 32) -> str:
    """Return a URL-safe random token of `size` bytes of entropy."""
    return secrets.token_urlsafe(size)


def parse_id(text: str) -> UUID | None:
    """Return the UUID written in `text` (32 hex digits, hyphens allowed), or None."""
    try:
        return UUID(text) if len(text) in (32, 36) else None
    except ValueError:
        return None
