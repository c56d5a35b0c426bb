"""People whom an identity provider vouches for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from participation.accounts import directory, rules
from participation.accounts.actions import join, set_role, take_back
from participation.accounts.models import PersonIdentity, PersonRole
from services import audit
from services.auth import Actor, Role
from services.auth.claims import Identity
from services.db import Session


def admit_identity(session: Session, actor: Actor, identity: Identity, *, at: datetime) -> UUID:
    """Return the person a provider vouches for, who joins if nobody is known under that word.

    A verified address leads to the account that has it. An unverified one leads to no account
    and is not kept: whoever owns it would later walk into this one.
    """
    row = session.get(PersonIdentity, (identity.issuer, identity.subject))
    # What the provider does not decide is given once; later the city's own people decide it.
    roles = identity.roles if row is None else identity.roles & identity.managed
    if row is None:
        person_id = _person_behind(session, actor, identity, at)
        row = PersonIdentity(
            issuer=identity.issuer, subject=identity.subject, person_id=person_id, linked_at=at
        )
        session.add(row)
        session.flush()
        who, detail = str(person_id), {"issuer": identity.issuer}
        audit.record(session, person_id, "link_identity", "person", who, at=at, detail=detail)
    _follow_roles(session, Actor(row.person_id), identity, roles, at)
    return row.person_id


def _person_behind(session: Session, actor: Actor, identity: Identity, at: datetime) -> UUID:
    if (known := directory.by_email(session, identity.email or "")) is not None:
        return known
    address = rules.normal_email(identity.email or "")
    name = identity.name or (rules.name_from_email(address) if address else rules.UNNAMED)
    return join(session, actor, name, address, at=at)


def _follow_roles(
    session: Session, person: Actor, identity: Identity, roles: frozenset[Role], at: datetime
) -> None:
    """Give what the provider gives; take back only what it gave and no longer does."""
    if person.id is None:
        return
    for role in sorted(roles):
        issuer = identity.issuer if role in identity.managed else None
        set_role(session, person, person.id, role, issuer=issuer, give=True, at=at)
    theirs = select(PersonRole.role).where(
        PersonRole.person_id == person.id, PersonRole.issuer == identity.issuer
    )
    for name in sorted(set(session.scalars(theirs)) - identity.roles):
        take_back(session, person, person.id, Role(name), at=at)
