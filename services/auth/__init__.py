"""Who is asking. Knows roles and ids, never the domain's tables."""

from uuid import UUID

import msgspec

from services.roles import Role


class Actor(msgspec.Struct, frozen=True):
    """The person behind a request, or a stranger when `id` is None."""

    id: UUID | None
    roles: frozenset[str] = frozenset()
    lang: str = "ko"
    session_id: UUID | None = None

    @property
    def signed_in(self) -> bool:
        return self.id is not None

    def may(self, role: str) -> bool:
        """Say whether the actor holds `role`; an operator holds the console's roles too."""
        if role in (Role.MODERATOR, Role.OFFICER) and Role.OPERATOR in self.roles:
            return True
        return role in self.roles


STRANGER = Actor(None)

__all__ = ["STRANGER", "Actor", "Role"]
