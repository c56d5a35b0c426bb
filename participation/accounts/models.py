"""People, roles, identities at a provider, one-time codes and sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class Person(Base):
    """Someone with an account; an erased person keeps the row and loses everything in it."""

    __tablename__ = "person"

    id: Mapped[Key]
    display_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="ko")
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class PersonRole(Base):
    __tablename__ = "person_role"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    # The provider that vouches for it, and when it last did; empty where the city's people gave it.
    issuer: Mapped[str | None] = mapped_column(String(200))
    confirmed_at: Mapped[datetime | None]


class PersonIdentity(Base):
    """Who a person is at an OpenID Connect provider: `sub` is unique there alone."""

    __tablename__ = "person_identity"

    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    linked_at: Mapped[datetime]


class RoleBound(Base):
    """A part of the city that someone's work in the console is bound to, as (kind, target)."""

    __tablename__ = "role_bound"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    target_id: Mapped[UUID] = mapped_column(primary_key=True)


class KnownBrowser(Base):
    """A browser that signed in as a person, as a keyed hash; it outlives the sign-in."""

    __tablename__ = "known_browser"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime]


class LoginCode(Base):
    """A one-time code on its way; all but moments are kept only as keyed hashes."""

    __tablename__ = "login_code"

    id: Mapped[Key]
    email_hash: Mapped[str] = mapped_column(String(64), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    # Where it was asked for; only the browser that did may redeem it.
    browser: Mapped[str | None] = mapped_column(String(64))
    line: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    # When a wrong guess at it had a letter written to who has the address.
    warned_at: Mapped[datetime | None]


class SignInSession(Base):
    """One browser that signed in; `token_hash` is SHA-256 of its cookie."""

    __tablename__ = "sign_in_session"

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(60))
    # The provider that let the person in; empty where a code or the demo city did.
    issuer: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
