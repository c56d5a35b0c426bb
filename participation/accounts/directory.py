"""The only face of accounts to other domains: names by id, looked up in one go."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Select, select

from participation.accounts.models import Person, PersonIdentity, PersonRole, RoleBound
from participation.accounts.rules import normal_email
from services.auth import Actor, Role
from services.db import Session
from services.db.keys import among, keys_named

STAFF = (Role.MODERATOR, Role.OFFICER)
TEAM = (*STAFF, Role.OPERATOR)
BOUNDS = select(RoleBound.person_id, RoleBound.kind, RoleBound.target_id).where(
    among(RoleBound.person_id.expression, keys_named("people"))
)


class Named(msgspec.Struct, frozen=True):
    id: UUID
    name: str


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the display names of the people among `ids` that exist."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(Person.id, Person.display_name).where(among(Person.id.expression, list(wanted)))
    )
    return {row.id: row.display_name for row in rows}


def named(begins: str) -> Select[UUID]:
    """Return what selects the people whose display name begins so, in whatever case."""
    return select(Person.id).where(Person.display_name.istartswith(begins, autoescape=True))


def languages_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the language each person among `ids` reads."""
    wanted = among(Person.id.expression, list(ids))
    rows = session.execute(select(Person.id, Person.language).where(wanted))
    return {row.id: row.language for row in rows}


def since_of(session: Session, person_id: UUID) -> datetime | None:
    """Return since when a person has an account; None for nobody."""
    return session.scalar(select(Person.created_at).where(Person.id == person_id))


def email_of(session: Session, person_id: UUID) -> str | None:
    """Return a person's address, for a letter to them; None for nobody and for who has none."""
    return session.scalar(select(Person.email).where(Person.id == person_id))


def identity_of(session: Session, person_id: UUID) -> tuple[str, str] | None:
    """Return who a person is at an identity provider, (issuer, subject), as last linked; None for
    who came by none."""
    theirs = select(PersonIdentity.issuer, PersonIdentity.subject).where(
        PersonIdentity.person_id == person_id
    )
    row = session.execute(theirs.order_by(PersonIdentity.linked_at.desc()).limit(1)).first()
    return None if row is None else (row.issuer, row.subject)


def sinces_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Return since when each person among `ids` has an account."""
    rows = session.execute(
        select(Person.id, Person.created_at).where(among(Person.id.expression, list(ids)))
    )
    return {row.id: row.created_at for row in rows}


def one_form(email: str) -> str:
    """Return an address in the form in which accounts keep it; what is none comes back in lower
    case."""
    return normal_email(email) or email.strip().lower()


def by_email(session: Session, email: str) -> UUID | None:
    """Return who has the address, in whatever case and letters it is written; None for nobody.

    Where an earlier version gave one mailbox an account for each way of writing it, each way leads
    to the account it always led to.
    """
    address = normal_email(email)
    if address is None:
        return None
    forms = {address, email.strip().lower()}
    known = select(Person.id).where(Person.email.in_(forms), Person.erased_at.is_(None))
    return session.scalar(known.order_by(Person.email == address).limit(1))


def staff(session: Session) -> list[Named]:
    """Return who a case can be given to, by name."""
    return _with_role(session, STAFF)


def is_staff(session: Session, person_id: UUID) -> bool:
    """Say whether a case can be given to a person."""
    return any(one.id == person_id for one in staff(session))


def desks(session: Session) -> list[Actor]:
    """Return who works in the console, operators too, with what the work of each is bound to."""
    held: dict[UUID, set[str]] = {}
    rows = session.execute(
        select(PersonRole.person_id, PersonRole.role)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role.in_(TEAM), Person.erased_at.is_(None))
        .order_by(PersonRole.person_id)
    )
    for person, role in rows:
        held.setdefault(person, set()).add(role)
    bounds = bounds_of(session, list(held))
    return [Actor(one, frozenset(roles), bounds=bounds[one]) for one, roles in held.items()]


def bounds_of(
    session: Session, people: Sequence[UUID]
) -> Mapping[UUID, frozenset[tuple[str, UUID]]]:
    """Return what the work of each of `people` is bound to, as (kind, id)."""
    held: dict[UUID, set[tuple[str, UUID]]] = {person: set() for person in people}
    for person_id, kind, target_id in session.execute(BOUNDS, {"people": list(people)}):
        held[person_id].add((kind, target_id))
    return {person: frozenset(bounds) for person, bounds in held.items()}


def residents(session: Session) -> list[Named]:
    return _with_role(session, (Role.RESIDENT,))


def _with_role(session: Session, roles: tuple[Role, ...]) -> list[Named]:
    rows = session.execute(
        select(Person.id, Person.display_name)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role.in_(roles), Person.erased_at.is_(None))
        .distinct()
        .order_by(Person.display_name, Person.id)
    )
    return [Named(row.id, row.display_name) for row in rows]
