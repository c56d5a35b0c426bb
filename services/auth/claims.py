"""What a provider says of a person, read strictly (OpenID Connect Core 1.0, 5.1). Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from services.roles import Role, Rule

# Core 5.4: what is asked for by a scope of its own, beside the address and the profile.
SCOPES = {"address": "address", "phone_number": "phone", "phone_number_verified": "phone"}
NAME_LENGTH = 80
SUBJECT_LENGTH = 255


class Identity(msgspec.Struct, frozen=True):
    """Someone a provider vouches for: `email` only if verified; `managed` roles are its alone.

    A managed role goes when the provider no longer gives it; the others are given once.
    """

    issuer: str
    subject: str
    name: str
    email: str | None
    roles: frozenset[Role]
    managed: frozenset[Role]


def scopes(rules: Sequence[Rule], offered: Sequence[str]) -> str:
    """Return the scopes to ask for, so that the provider tells what the rules look at.

    A claim that is none of the standard's is asked for by its own name where that is a scope the
    provider has `offered`; one it does not know might have the whole request refused.
    """
    asked = ["openid", "email", "profile"]
    for claim in (_top(rule) for rule in rules):
        scope = SCOPES.get(claim, claim if claim in offered else "")
        if scope and scope not in asked:
            asked.append(scope)
    return " ".join(asked)


def lacks(claims: Mapping[str, Any], rules: Sequence[Rule]) -> bool:
    """Say whether the claims say nothing of the address, or of what a rule looks at."""
    return "email" not in claims or any(_at(claims, rule.claim) is None for rule in rules)


def completed(
    claims: Mapping[str, Any], more: Mapping[str, Any], rules: Sequence[Rule]
) -> dict[str, Any]:
    """Return the claims with what only `more` says; what a rule finds only there is whole."""
    whole = {**more, **claims}
    for rule in rules:
        if _at(claims, rule.claim) is None and _at(more, rule.claim) is not None:
            claim = rule.claim if rule.claim in more else _top(rule)
            whole[claim] = more[claim]
    return whole


def _top(rule: Rule) -> str:
    return rule.claim.split(".")[0]


def identity_of(issuer: str, claims: Mapping[str, Any], rules: Sequence[Rule]) -> Identity | None:
    """Return whom the claims are about, or None where they name nobody.

    Roles come from `rules` alone. Only residency is given to all, and that only as long as no
    rule says who is a resident.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH:
        return None
    managed = frozenset(rule.role for rule in rules)
    roles = frozenset(rule.role for rule in rules if _holds(claims, rule))
    if Role.RESIDENT not in managed:
        roles |= {Role.RESIDENT}
    return Identity(issuer, subject, _name(claims), _verified_email(claims), roles, managed)


def _holds(claims: Mapping[str, Any], rule: Rule) -> bool:
    said = _at(claims, rule.claim)
    values = said if isinstance(said, list) else [said]
    return rule.value in [_written(value) for value in values]


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim by its name, else by its path, as in `address.locality`."""
    if path in claims:
        return claims[path]
    here: Any = claims
    for part in path.split("."):
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else ""


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    """Core 5.1: `email_verified` is a JSON boolean. A text that says "true" is no proof."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    return email


def _name(claims: Mapping[str, Any]) -> str:
    for key in ("name", "preferred_username", "nickname"):
        said = claims.get(key)
        if isinstance(said, str) and (clean := " ".join(said.split())) and clean.isprintable():
            return clean[:NAME_LENGTH]
    return ""
