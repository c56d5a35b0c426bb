"""Who is asking. Knows roles and ids, never the domain's tables."""

from uuid import UUID

import msgspec

from services.roles import Role


class Actor(msgspec.Struct, frozen=True):
    """The person behind a request, or a stranger when `id` is None.

    `bounds` are the (kind, id) of what their work is bound to; without any it is bound to nothing.
    `lapsed` are roles that count again once who vouches for them was asked anew.
    """

    id: UUID | None
    roles: frozenset[str] = frozenset()
    lang: str = "ko"
    session_id: UUID | None = None
    bounds: frozenset[tuple[str, UUID]] = frozenset()
    lapsed: frozenset[str] = frozenset()

    @property
    def signed_in(self) -> bool:
        return self.id is not None

    def may(self, role: str) -> bool:
        """Say whether the actor holds `role`; an operator holds the console's roles too."""
        if role in (Role.MODERATOR, Role.OFFICER) and Role.OPERATOR in self.roles:
            return True
        return role in self.roles

    def once_may(self, role: str) -> bool:
        """Say whether the actor holds `role` by a word that counts, or by one that lapsed."""
        return Actor(self.id, self.roles | self.lapsed).may(role)

    @property
    def bounded(self) -> bool:
        """Say whether the console's work is bound to a part of it; an operator's never is."""
        return bool(self.bounds) and Role.OPERATOR not in self.roles

    def bound_to(self, kind: str) -> frozenset[UUID]:
        """Return the ids of one kind the actor's work is bound to; none: not bound by this kind."""
        return frozenset(key for what, key in self.bounds if what == kind and self.bounded)


STRANGER = Actor(None)

__all__ = ["STRANGER", "Actor", "Role"]
