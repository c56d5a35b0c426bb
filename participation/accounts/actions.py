"""Every way an account changes. Nothing here commits, renders or sends."""

import logging
import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from participation.accounts import directory, rules
from participation.accounts.cast import CAST
from participation.accounts.models import (
    KnownBrowser,
    Person,
    PersonIdentity,
    PersonRole,
    RoleBound,
    SignInSession,
)
from participation.events.accounts import (
    PersonErased,
    PersonJoined,
    PersonRoleChanged,
    SessionRevoked,
)
from services import audit, letters, outbox
from services.auth import STRANGER, Actor, Role
from services.db import Session
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.tokens import hash_of

log = logging.getLogger(__name__)


def join(session: Session, actor: Actor, name: str, email: str | None, *, at: datetime) -> UUID:
    """Let someone new live here, without a role yet, reading the language `actor` reads."""
    person = Person(display_name=name, email=email, language=actor.lang, created_at=at)
    session.add(person)
    session.flush()
    audit.record(session, person.id, "join", "person", str(person.id), at=at)
    outbox.publish(session, PersonJoined(person_id=person.id), at=at)
    return person.id


def sign_in(
    session: Session,
    person_id: UUID,
    user_agent: str,
    *,
    issuer: str | None = None,
    browser: str | None = None,
    at: datetime,
) -> str:
    """Open a sign-in and return the token its cookie carries.

    `issuer` is the provider that let the person in, if one did; `browser` is a hash by which this
    one is known later, when others guess at the person's codes.
    """
    token = secrets.token_urlsafe(32)
    row = SignInSession(
        person_id=person_id,
        token_hash=hash_of(token),
        label=rules.label_of(user_agent),
        issuer=issuer,
        created_at=at,
        last_seen_at=at,
        expires_at=at + rules.SIGN_IN_LIVES,
    )
    session.add(row)
    if browser is not None and session.get_one(Person, person_id).email is not None:
        session.merge(KnownBrowser(person_id=person_id, browser=browser, seen_at=at))
    session.flush()
    audit.record(session, person_id, "sign_in", "sign_in", str(row.id), at=at)
    return token


def revoke_session(session: Session, actor: Actor, session_id: UUID, *, at: datetime) -> None:
    """End one of the actor's own sign-ins at once; raises NotFoundError for another's."""
    row = session.get(SignInSession, session_id)
    if row is None or row.person_id != actor.id:
        raise NotFoundError
    if row.revoked_at is None:
        _revoke(session, row, at)


def revoke_others(session: Session, actor: Actor, *, at: datetime) -> None:
    """End every sign-in of the actor but the present one."""
    rows = session.scalars(
        select(SignInSession).where(
            SignInSession.person_id == actor.id,
            SignInSession.id != actor.session_id,
            SignInSession.revoked_at.is_(None),
        )
    )
    for row in rows:
        _revoke(session, row, at)


def _revoke(session: Session, row: SignInSession, at: datetime) -> None:
    row.revoked_at = at
    audit.record(session, row.person_id, "revoke_session", "sign_in", str(row.id), at=at)
    told = SessionRevoked(person_id=row.person_id, session_id=row.id)
    outbox.publish(session, told, at=at)


def choose_language(session: Session, actor: Actor, language: str, *, at: datetime) -> None:
    """Keep the language a person wants to read."""
    session.execute(update(Person).where(Person.id == actor.id).values(language=language))
    audit.record(session, actor.id, "choose_language", "person", str(actor.id), at=at)


def change_role(
    session: Session, actor: Actor, person_id: UUID, role: Role, *, give: bool, at: datetime
) -> None:
    """Give or withdraw a role. Operators only, and never their own operator's role.

    Raises RefusedError where the city would have no operator then.
    """
    if not actor.may(Role.OPERATOR) or (person_id == actor.id and role == Role.OPERATOR):
        raise ForbiddenError
    if session.get(Person, person_id) is None:
        raise NotFoundError
    set_role(session, actor, person_id, role, give=give, at=at)


def grant_by_address(
    session: Session, actor: Actor, address: str, role: Role, *, at: datetime
) -> str:
    """Give a role to whoever signs in with an address; return their name.

    For who holds the machine itself. Raises NotFoundError where nobody signed in so yet.
    """
    if (known := directory.by_email(session, address)) is None:
        raise NotFoundError
    person = session.get_one(Person, known)
    set_role(session, actor, person.id, role, give=True, at=at)
    return person.display_name


def set_role(
    session: Session,
    actor: Actor,
    person_id: UUID,
    role: Role,
    *,
    issuer: str | None = None,
    give: bool,
    at: datetime,
) -> None:
    """Let a person hold a role or not; without a change nothing is recorded or told.

    Raises RefusedError where the last operator's is to go.

    `issuer` is the provider that vouches for the role, if one does. The word of a person of the
    city takes the place of a provider's, and is not replaced by one.
    """
    row = session.get(PersonRole, (person_id, role.value))
    if give and row is not None and row.issuer in (None, issuer):
        row.confirmed_at = at if row.issuer else None
        return
    if give:
        row = row or PersonRole(person_id=person_id, role=role.value)
        row.issuer, row.confirmed_at = issuer, at if issuer else None
        session.add(row)
    elif row is not None:
        _keep_an_operator(session, person_id, role)
        session.delete(row)
    else:
        return
    session.flush()
    verb = "grant_role" if give else "withdraw_role"
    detail = {"role": role.value}
    audit.record(session, actor.id, verb, "person", str(person_id), at=at, detail=detail)
    told = PersonRoleChanged(person_id=person_id, role=role.value, held=give)
    outbox.publish(session, told, at=at)


def _keep_an_operator(session: Session, leaving: UUID, role: Role = Role.OPERATOR) -> None:
    """Raise RefusedError where nobody else is an operator: who is none could not name another."""
    if role != Role.OPERATOR:
        return
    # Held until the end, so that of two who leave at once one stays.
    held = (
        select(PersonRole.person_id)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.OPERATOR.value, Person.erased_at.is_(None))
        .order_by(PersonRole.person_id)
        .with_for_update(of=PersonRole)
    )
    if set(session.scalars(held)) == {leaving}:
        raise RefusedError("last_operator")


def take_back(session: Session, actor: Actor, person_id: UUID, role: Role, *, at: datetime) -> None:
    """Withdraw what a provider gave; the last operator keeps the role, and the log says so."""
    try:
        set_role(session, actor, person_id, role, give=False, at=at)
    except RefusedError:
        log.warning("a provider withdrew the last operator's role, which stays: name another")


def bound_staff(
    session: Session,
    actor: Actor,
    person_id: UUID,
    bounds: Collection[tuple[str, UUID]],
    *,
    at: datetime,
) -> None:
    """Bind someone's work in the console to `bounds`, as (kind, id); to nothing where empty.

    Operators only; raises NotFoundError for nobody.
    """
    if not actor.may(Role.OPERATOR):
        raise ForbiddenError
    if session.get(Person, person_id) is None:
        raise NotFoundError
    session.execute(delete(RoleBound).where(RoleBound.person_id == person_id))
    for kind, target in sorted(set(bounds)):
        session.add(RoleBound(person_id=person_id, kind=kind, target_id=target))
    session.flush()
    detail = {"bounds": ", ".join(f"{kind} {target}" for kind, target in sorted(set(bounds)))}
    audit.record(session, actor.id, "bound_staff", "person", str(person_id), at=at, detail=detail)
    for role in session.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id)):
        told = PersonRoleChanged(person_id=person_id, role=role, held=True)
        outbox.publish(session, told, at=at)


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Empty the person's row, end every sign-in and let no letter to them go out any more.

    Other domains' hooks do their own part. Raises RefusedError for the last operator.
    """
    _keep_an_operator(session, person_id)
    person = session.get_one(Person, person_id)
    if person.email is not None:
        letters.take_out(session, person.email)
    person.display_name, person.email, person.erased_at = rules.ERASED_NAME, None, at
    session.execute(delete(SignInSession).where(SignInSession.person_id == person_id))
    session.execute(delete(PersonRole).where(PersonRole.person_id == person_id))
    session.execute(delete(RoleBound).where(RoleBound.person_id == person_id))
    session.execute(delete(PersonIdentity).where(PersonIdentity.person_id == person_id))
    session.execute(delete(KnownBrowser).where(KnownBrowser.person_id == person_id))
    audit.record(session, None, "erase_person", "person", str(person_id), at=at)
    outbox.publish(session, PersonErased(person_id=person_id), at=at)


def ensure_cast(session: Session, at: datetime) -> None:
    """Let the demo city's cast live here, and who left it again; twice changes nothing."""
    for member in CAST:
        row = session.get(Person, member.id)
        if row is not None and row.erased_at is None:
            continue
        row = row or Person(id=member.id, language="ko", created_at=at)
        row.display_name, row.erased_at = member.name, None
        session.add(row)
        session.flush()
        session.add(PersonRole(person_id=member.id, role=member.role.value))
        audit.record(session, STRANGER.id, "settle", "person", str(member.id), at=at)
