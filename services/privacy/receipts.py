"""Receipts: what was agreed to and when, in a form both sides can compute again."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import msgspec


def given(person_id: UUID, purpose: str, text_version: int, at: datetime) -> str:
    """Return the receipt of a yes: SHA-256, in hex, of a JSON array of its four parts."""
    return _digest([str(person_id), purpose, text_version, _written(at)])


def withdrawn(receipt: str, at: datetime) -> str:
    """Return the receipt of a withdrawal; it holds the receipt of the yes it ends."""
    return _digest([receipt, "withdrawn", _written(at)])


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(parts: list[str | int]) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
