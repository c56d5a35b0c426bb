"""The chain of public steps: one form of bytes for each, SHA-256 over it and over what was before.

Each step stands in two chains at once, that of its report and that of the whole city, and has
one digest over both. What was written is not in it, only a salted commitment: words can be taken
off for good, with their salt, and the chain still holds. `static/history/verify.py` does the same
sums on its own, also those of the older forms: their links say less of the report.
"""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from participation.reports.rules import PUBLIC, team_named

# The names of a link's forms, by the number that stands in its row.
FORMATS = {1: "madang-history-1", 2: "madang-history-2", 3: "madang-history-3"}
NEWEST = max(FORMATS)
FORMAT = FORMATS[NEWEST]
FIRST = "0" * 64
WITHDRAWN = "withdrawn"
OPENED = "opened"


class Seal(NamedTuple):
    """What each step seals of its report, as it stands when the step is chained.

    `due` is the promise that stands, `promised` the first one, by which the public numbers count:
    None where nothing was promised; both as `moment` has them. `merged_into` is the public id of
    the report it was joined into, `team` who has it in hand, as its page names them. A report that
    is not public says nothing of itself.
    """

    category: str | None
    due: str | None
    promised: str | None
    merged_into: str | None
    team: str | None


# What a link seals, by the number of its form.
SEALED = {1: (), 2: Seal._fields[:3], 3: Seal._fields}
HIDDEN = Seal(None, None, None, None, None)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a digest covers, in the order of the alphabet.

    `at`, `due` and `promised` in UTC to the microsecond; `of` is the position of the step that is
    taken back. Kinds, statuses, roles and categories are words of our own, in ASCII; the names of
    bodies and teams are not.
    """

    at: str
    before: str
    category: str | None
    city_before: str
    commitment: str
    due: str | None
    format: str = FORMAT
    kind: str
    merged_into: str | None
    of: int | None
    position: int
    promised: str | None
    report: str
    role: str
    seq: int
    status: str | None
    team: str | None


def moment(at: datetime) -> str:
    """Return a moment as it stands in the chain: `2026-11-02T09:00:00.000000+00:00`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment_or_none(at: datetime | None) -> str | None:
    """Return a moment as it stands in the chain, None where there is none."""
    return None if at is None else moment(at)


class Stands(NamedTuple):
    """What a report says of itself as it stands: columns of its row, its body's and its team's."""

    category: str
    due: datetime
    promised: datetime | None
    merged_into: UUID | None
    body: str | None
    team: str | None
    status: str


def seal_of(report: Stands) -> Seal:
    """Return what a step seals of a report that stands so: nothing of one that is hidden."""
    if report.status not in PUBLIC:
        return HIDDEN
    due = moment(report.due)
    promised = due if report.promised == report.due else moment_or_none(report.promised)
    into = str(report.merged_into) if report.merged_into else None
    return Seal(report.category, due, promised, into, team_named(report.body, report.team))


def canonical(link: Link) -> bytes:
    """Return the bytes of a link: JSON in UTF-8, keys in order, no blanks (as in RFC 8785)."""
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
