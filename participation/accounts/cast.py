"""The cast of the demo city: people whom anyone may be for a while."""

from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from services.auth import Role


class CastMember(msgspec.Struct, frozen=True):
    """Someone of the demo city whom anyone may be for a while."""

    key: str
    name: str
    role: Role

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"madang:cast:{self.key}")


CAST = (
    CastMember("minji", "김민지", Role.RESIDENT),
    CastMember("jun", "박준", Role.RESIDENT),
    CastMember("okja", "이옥자", Role.GUARDIAN),
    CastMember("soyeon", "최소연", Role.MODERATOR),
    CastMember("taeho", "정태호", Role.OFFICER),
    CastMember("hana", "윤하나", Role.OPERATOR),
)
