"""What a key that we give to another system may be for: pure, no database."""

from datetime import datetime
from uuid import UUID

import msgspec

WRITE, READ_UPDATES, MOVE = "write", "read-updates", "move"
# To pass on reports and updates, to read all answers to its own ones, to move a status.
SCOPES = (MOVE, READ_UPDATES, WRITE)
# What a key is for where nobody says otherwise: to move a status is a trust given on purpose.
USUAL = (READ_UPDATES, WRITE)


class KeyRow(msgspec.Struct, frozen=True):
    """A key as it stands in the console; the token itself is known to its holder alone.

    `body_id` is the body of ours that holds it, None for a system that only tells of things.
    """

    id: UUID
    name: str
    made_at: datetime
    revoked_at: datetime | None
    scopes: frozenset[str] = frozenset(USUAL)
    categories: frozenset[str] = frozenset()
    body_id: UUID | None = None

    def may(self, scope: str, category: str | None = None) -> bool:
        """Say whether the key is for `scope`, and for a category if one is given."""
        for_all = category is None or not self.categories
        return scope in self.scopes and (for_all or category in self.categories)


class KeyScope(msgspec.Struct, frozen=True):
    """What a new key is for; no category means all of them, no body none of ours."""

    scopes: tuple[str, ...] = USUAL
    categories: tuple[str, ...] = ()
    body_id: UUID | None = None
