"""The roles there are, and the rules by which a provider's word gives them. Pure."""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    RESIDENT = "resident"
    GUARDIAN = "guardian"
    MODERATOR = "moderator"
    OFFICER = "officer"
    OPERATOR = "operator"


class Rule(msgspec.Struct, frozen=True):
    """Who has `value` in `claim` holds `role`."""

    role: Role
    claim: str
    value: str


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Read `role:claim=value, role:claim=value`; raises ValueError for anything else."""
    return tuple(_rule(part.strip()) for part in text.split(",") if part.strip())


def _rule(text: str) -> Rule:
    name, _, rest = text.partition(":")
    claim, _, value = rest.partition("=")
    if name not in {role.value for role in Role} or not claim.strip() or not value.strip():
        raise ValueError(f"{text!r} is not like moderator:groups=city-team")
    return Rule(Role(name), claim.strip(), value.strip())
