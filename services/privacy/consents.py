"""Consent by purpose: given, withdrawn, listed, handed out, erased. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, select

from services import audit
from services.db import Session
from services.errors import NotFoundError
from services.privacy import receipts
from services.privacy.models import Consent
from services.registry import Purpose


class Standing(msgspec.Struct, frozen=True):
    """How a person stands to a purpose: `given_at` and `receipt` only while it is allowed."""

    purpose: Purpose
    given_at: datetime | None
    receipt: str
    outdated: bool


class Past(msgspec.Struct, frozen=True):
    """A yes that was taken back."""

    purpose: str
    given_at: datetime
    withdrawn_at: datetime
    receipt: str


def purpose_of(purposes: Sequence[Purpose], key: str) -> Purpose:
    """Return the purpose `key`; raises NotFoundError for one nobody registered."""
    found = next((one for one in purposes if one.key == key), None)
    if found is None:
        raise NotFoundError
    return found


def give(session: Session, person_id: UUID, purpose: Purpose, *, at: datetime) -> str:
    """Note a yes to the purpose's present text and return its receipt; a standing yes stays.

    A standing yes to an earlier text ends and the new one begins, without anything deleted.
    """
    standing = _standing(session, person_id, purpose.key)
    if standing is not None:
        if standing.text_version == purpose.text_version:
            return standing.receipt
        _end(session, standing, at)
    receipt = receipts.given(person_id, purpose.key, purpose.text_version, at)
    row = Consent(
        person_id=person_id,
        purpose=purpose.key,
        text_version=purpose.text_version,
        given_at=at,
        receipt=receipt,
    )
    session.add(row)
    session.flush()
    detail = {"purpose": purpose.key, "receipt": receipt}
    audit.record(session, person_id, "give_consent", "consent", str(row.id), at=at, detail=detail)
    return receipt


def withdraw(session: Session, person_id: UUID, purpose: Purpose, *, at: datetime) -> str:
    """Take a yes back, delete what was kept for it, and return the receipt of the withdrawal.

    What is held without a noted yes is deleted too; the receipt is empty then.
    """
    standing = _standing(session, person_id, purpose.key)
    receipt, ref = "", ""
    if standing is not None:
        receipt, ref = _end(session, standing, at), str(standing.id)
    purpose.on_withdraw(session, person_id, at)
    detail = {"purpose": purpose.key, "receipt": receipt}
    audit.record(session, person_id, "withdraw_consent", "consent", ref, at=at, detail=detail)
    return receipt


def _end(session: Session, row: Consent, at: datetime) -> str:
    row.withdrawn_at = at
    row.withdrawal_receipt = receipts.withdrawn(row.receipt, at)
    session.flush()
    return row.withdrawal_receipt


def _standing(session: Session, person_id: UUID, key: str) -> Consent | None:
    return session.scalar(
        select(Consent).where(
            Consent.person_id == person_id,
            Consent.purpose == key,
            Consent.withdrawn_at.is_(None),
        )
    )


def allows(session: Session, person_id: UUID, key: str) -> bool:
    """Say whether a yes to the purpose stands now."""
    return _standing(session, person_id, key) is not None


def standings(session: Session, person_id: UUID, purposes: Sequence[Purpose]) -> list[Standing]:
    """Return how the person stands to each purpose, in the order given."""
    rows = session.scalars(
        select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
    )
    held = {row.purpose: row for row in rows}
    return [_stands(one, held.get(one.key)) for one in purposes]


def _stands(purpose: Purpose, row: Consent | None) -> Standing:
    if row is None:
        return Standing(purpose, None, "", outdated=False)
    outdated = row.text_version < purpose.text_version
    return Standing(purpose, row.given_at, row.receipt, outdated=outdated)


def past(session: Session, person_id: UUID, limit: int = 20) -> list[Past]:
    """Return what the person took back, newest first."""
    rows = session.scalars(
        select(Consent)
        .where(Consent.person_id == person_id, Consent.withdrawn_at.is_not(None))
        .order_by(Consent.withdrawn_at.desc(), Consent.id)
        .limit(limit)
    )
    return [
        Past(row.purpose, row.given_at, row.withdrawn_at, row.withdrawal_receipt or "")
        for row in rows
        if row.withdrawn_at is not None
    ]


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return every consent of the person, with both receipts."""
    rows = session.scalars(
        select(Consent).where(Consent.person_id == person_id).order_by(Consent.given_at)
    )
    return {"consents": [_plain(row) for row in rows]}


def _plain(row: Consent) -> dict[str, Any]:
    return {
        "purpose": row.purpose,
        "text_version": row.text_version,
        "given_at": row.given_at.isoformat(),
        "receipt": row.receipt,
        "withdrawn_at": row.withdrawn_at and row.withdrawn_at.isoformat(),
        "withdrawal_receipt": row.withdrawal_receipt,
    }


def erase_of(session: Session, person_id: UUID, at: datetime) -> None:
    session.execute(delete(Consent).where(Consent.person_id == person_id))
    audit.record(session, None, "erase_person", "consent", "", at=at)
