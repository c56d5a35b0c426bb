"""The chain of public steps: one form of bytes for each, SHA-256 over it and over what was before.

Each step stands in two chains at once, that of its report and that of the whole city, and has
one digest over both. What was written is not in it, only a salted commitment: words can be taken
off for good, with their salt, and the chain still holds. `static/history/verify.py` does the same
sums on its own.
"""

import hashlib
from datetime import UTC, datetime

import msgspec

FORMAT = "madang-history-1"
FIRST = "0" * 64
WITHDRAWN = "withdrawn"
OPENED = "opened"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a digest covers, in the order of the alphabet.

    `at` in UTC to the microsecond; `of` is the position of the step that is taken back. Kinds,
    statuses and roles are words of our own, in ASCII.
    """

    at: str
    before: str
    city_before: str
    commitment: str
    format: str = FORMAT
    kind: str
    of: int | None
    position: int
    report: str
    role: str
    seq: int
    status: str | None


def moment(at: datetime) -> str:
    """Return a moment as it stands in the chain: `2026-11-02T09:00:00.000000+00:00`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(link: Link) -> bytes:
    """Return the bytes of a link: JSON in ASCII, keys in order, no blanks (as in RFC 8785)."""
    return msgspec.json.encode(link)


def words_of(title: str, text: str) -> str:
    """Return what a report was told with, as the first step of its story commits to it."""
    return f"{title}\n{text}"


def digest(link: Link) -> str:
    """Return the SHA-256 of a link in hex."""
    return hashlib.sha256(canonical(link)).hexdigest()


def commitment(salt: str, text: str) -> str:
    """Return the SHA-256 of 16 salt bytes (given in hex) and the words in UTF-8, in hex."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()
