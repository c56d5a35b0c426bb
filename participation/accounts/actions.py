"""Every way an account changes. Nothing here commits, renders or sends."""

import hmac
import logging
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from participation.accounts import rules
from participation.accounts.cast import CAST
from participation.accounts.models import (
    LoginCode,
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
from services import audit, outbox
from services.auth import STRANGER, Actor, Role
from services.db import Session
from services.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError, TooManyError
from services.tokens import hash_of, keyed_hash


log = logging.getLogger(__name__)


def request_code(session: Session, secret: str, email: str, *, at: datetime) -> str:
    """Make a one-time code for an address and return it, to be mailed.

    Raises InvalidError for no address, TooManyError above five codes an hour.
    """
    address = rules.normal_email(email)
    if address is None:
        raise InvalidError("email_invalid", {"email": "invalid"})
    key = keyed_hash(secret, "email", address)
    recent = select(func.count()).where(
        LoginCode.email_hash == key, LoginCode.sent_at > at - timedelta(hours=1)
    )
    if (session.scalar(recent) or 0) >= rules.CODES_PER_HOUR:
        raise TooManyError(retry_after_s=3600)
    code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
    session.add(
        LoginCode(
            email_hash=key,
            code_hash=keyed_hash(secret, key, code),
            sent_at=at,
            expires_at=at + rules.CODE_LIVES,
        )
    )
    audit.record(session, None, "request_code", "sign_in", "", at=at)
    return code


def redeem_code(
    session: Session, secret: str, email: str, code: str, *, at: datetime
) -> UUID | None:
    """Use a code up and return the person it signs in, or None if it is wrong.

    A wrong guess is counted in the same transaction, so the caller must let it commit. Only the
    newest code of an address counts: asking for another gives no more guesses at the last one.
    """
    address = rules.normal_email(email)
    key = keyed_hash(secret, "email", address or "")
    row = session.scalar(
        select(LoginCode)
        .where(LoginCode.email_hash == key)
        .order_by(LoginCode.sent_at.desc(), LoginCode.id)
        .limit(1)
        .with_for_update()
    )
    # Compared in any case, so that the time taken does not tell whether a code is on its way.
    right = hmac.compare_digest(
        row.code_hash if row else key, keyed_hash(secret, key, rules.digits(code))
    )
    if address is None or row is None or not _alive(row, at):
        return None
    row.tries += 1
    if not right:
        audit.record(session, None, "miss_code", "sign_in", "", at=at)
        return None
    row.used_at = at
    return _person_of(session, address, at)


def _alive(row: LoginCode, at: datetime) -> bool:
    return row.used_at is None and row.expires_at > at and row.tries < rules.CODE_TRIES


def _person_of(session: Session, address: str, at: datetime) -> UUID:
    known = session.scalar(select(Person.id).where(Person.email == address))
    if known is not None:
        return known
    person_id = join(session, STRANGER, rules.name_from_email(address), address, at=at)
    session.add(PersonRole(person_id=person_id, role=Role.RESIDENT.value))
    return person_id


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
    at: datetime,
) -> str:
    """Open a sign-in and return the token its cookie carries.

    `issuer` is the provider that let the person in, if one did.
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
    person = session.scalar(select(Person).where(Person.email == rules.normal_email(address)))
    if person is None:
        raise NotFoundError
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
    """Empty the person's row and end every sign-in; other domains' hooks do their own part.

    Raises RefusedError for the last operator.
    """
    _keep_an_operator(session, person_id)
    person = session.get_one(Person, person_id)
    person.display_name, person.email, person.erased_at = rules.ERASED_NAME, None, at
    session.execute(delete(SignInSession).where(SignInSession.person_id == person_id))
    session.execute(delete(PersonRole).where(PersonRole.person_id == person_id))
    session.execute(delete(RoleBound).where(RoleBound.person_id == person_id))
    session.execute(delete(PersonIdentity).where(PersonIdentity.person_id == person_id))
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
