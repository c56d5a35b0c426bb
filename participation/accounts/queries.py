"""What is read of accounts: who is asking, where they signed in, what we hold of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, bindparam, or_, select

from participation.accounts.cast import CAST
from participation.accounts.directory import bounds_of
from participation.accounts.models import (
    KnownBrowser,
    Person,
    PersonIdentity,
    PersonRole,
    SignInSession,
)
from participation.accounts.rules import HOME_KEPT, SEEN_EVERY, WORD_KEPT, counts, readable_email
from services import letters
from services.auth import Actor, Role
from services.db import Session
from services.tokens import hash_of

COOKIE = "madang_session"
ALIVE = (
    select(
        *(SignInSession.id, SignInSession.issuer.label("came_by"), SignInSession.created_at),
        *(Person.id.label("person_id"), Person.language, PersonRole.role, PersonRole.issuer),
    )
    .join(Person, Person.id == SignInSession.person_id)
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .where(SignInSession.revoked_at.is_(None), Person.erased_at.is_(None))
    .where(SignInSession.token_hash == bindparam("token_hash"))
    .where(SignInSession.expires_at > bindparam("at"))
)


class SignIn(msgspec.Struct, frozen=True):
    """A browser that is signed in; `seen_at` is exact to the hour."""

    id: UUID
    label: str
    created_at: datetime
    seen_at: datetime
    current: bool

    def lately(self, now: datetime) -> bool:
        return now - self.seen_at <= SEEN_EVERY


def identify(session: Session, cookies: Mapping[str, str], at: datetime) -> Actor | None:
    """Return the actor of a request's cookies; a revoked or expired sign-in is nobody.

    A role that a provider gave is among those lapsed where the provider's word does not count.
    """
    token = cookies.get(COOKIE, "")
    if not token:
        return None
    rows = session.execute(ALIVE, {"token_hash": hash_of(token), "at": at}).all()
    if not rows:
        return None
    held = frozenset(row.role for row in rows if row.role)
    roles = frozenset(
        row.role
        for row in rows
        if row.role and counts(row.role, row.issuer, row.came_by, row.created_at, at)
    )
    found = Actor(rows[0].person_id, roles, rows[0].language, rows[0].id, lapsed=held - roles)
    if found.may(Role.MODERATOR) or found.may(Role.OFFICER):
        bounds = bounds_of(session, [rows[0].person_id])
        found = msgspec.structs.replace(found, bounds=bounds[rows[0].person_id])
    return found


def has_cast(session: Session) -> bool:
    """Say whether the demo city's cast lives here, or did."""
    known = Person.id.in_([member.id for member in CAST])
    return session.scalar(select(Person.id).where(known).limit(1)) is not None


def sign_ins(session: Session, actor: Actor, at: datetime) -> list[SignIn]:
    """Return where the actor is signed in: this browser first, then the one used last."""
    rows = session.scalars(
        select(SignInSession)
        .where(SignInSession.person_id == actor.id, SignInSession.revoked_at.is_(None))
        .where(SignInSession.expires_at > at)
    )
    found = [
        SignIn(
            r.id, r.label, r.created_at, r.last_seen_at or r.created_at, r.id == actor.session_id
        )
        for r in rows
    ]
    return sorted(found, key=lambda one: (one.current, one.seen_at), reverse=True)


def unheard(session: Session, at: datetime) -> list[tuple[UUID, Role]]:
    """Return who holds which role by the word of a provider not heard for too long."""
    kept = PersonRole.confirmed_at < at - WORD_KEPT, PersonRole.role != Role.RESIDENT
    rows = session.execute(
        select(PersonRole.person_id, PersonRole.role)
        .where(PersonRole.issuer.is_not(None))
        .where(or_(and_(*kept), PersonRole.confirmed_at < at - HOME_KEPT))
    )
    return [(row.person_id, Role(row.role)) for row in rows]


class Me(msgspec.Struct, frozen=True):
    """Who someone is here, as their own page shows it."""

    name: str
    email: str | None
    since: datetime
    roles: list[str]


def me(session: Session, actor: Actor) -> Me:
    """Return the actor's own name, address and roles; a signed-in actor always has them."""
    person = session.get_one(Person, actor.id)
    email = person.email and readable_email(person.email)
    return Me(person.display_name, email, person.created_at, sorted(actor.roles | actor.lapsed))


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return all that accounts hold of a person, as plain values."""
    person = session.get_one(Person, person_id)
    roles = session.scalars(select(PersonRole).where(PersonRole.person_id == person_id)).all()
    signed = session.scalars(select(SignInSession).where(SignInSession.person_id == person_id))
    browsers = session.scalars(select(KnownBrowser).where(KnownBrowser.person_id == person_id))
    linked = session.scalars(select(PersonIdentity).where(PersonIdentity.person_id == person_id))
    return {
        "name": person.display_name,
        "email": person.email and readable_email(person.email),
        "letters": letters.waiting_for(session, person.email) if person.email else [],
        "language": person.language,
        "since": person.created_at.isoformat(),
        "roles": sorted(r.role for r in roles),
        "roles_by_provider": {r.role: r.issuer for r in roles if r.issuer},
        "bounds": [
            f"{kind} {key}" for kind, key in sorted(bounds_of(session, [person_id])[person_id])
        ],
        "sign_ins": [
            {"label": s.label, "at": s.created_at.isoformat(), "through": s.issuer} for s in signed
        ],
        "known_browsers": [{"seen": b.seen_at.isoformat()} for b in browsers],
        "identities": [
            {"issuer": i.issuer, "subject": i.subject, "since": i.linked_at.isoformat()}
            for i in linked
        ],
    }
