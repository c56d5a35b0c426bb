"""What looks odd about a new report, and how long a block lasts: pure, without a clock."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

# An account this young waits once; a form filled in faster than this was filled in by a machine.
NEW_FOR = timedelta(days=7)
FASTEST = timedelta(seconds=2)
# So many reports on one spot, in so short a time, by so few people, are looked at first.
CROWD_M, CROWD_WITHIN = 50.0, timedelta(minutes=10)
CROWD_REPORTS, CROWD_EACH = 6, 3
# So many young accounts, or accounts of one browser, around one spot within a day: so is the next.
SWARM_M, SWARM_WITHIN = 100.0, timedelta(hours=24)
SWARM_YOUNG, SWARM_OF_DEVICE = 3, 2
TRACE_KEPT = timedelta(days=90)
BLOCK_DAYS = (1, 7, 30, 90, 365)
GRAVE = 3


class Why(StrEnum):
    """Why a report waits for a first look."""

    TRAP = "trap"
    FAST = "fast"
    CROWD = "crowd"
    SWARM = "swarm"
    FIRST = "first"


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """How a form was sent. `opened_at` is from its signed stamp, None without a true one.

    `stamped` says whether it carried a stamp at all, `device` which browser sent it.
    """

    device: str = ""
    trapped: bool = False
    stamped: bool = False
    opened_at: datetime | None = None
    strict: bool = False


class Past(msgspec.Struct, frozen=True):
    """What is known of the reporter and the spot. `crowd` reports by `people`, the reporter among
    them, are of the last ten minutes there.

    Of the last day around it: `young` other young accounts that reported, and `of_device` other
    accounts that reported from this browser.
    """

    since: datetime | None = None
    trusted: bool = False
    crowd: int = 0
    people: int = 0
    young: int = 0
    of_device: int = 0

    def is_young(self, at: datetime) -> bool:
        return self.since is None or at - self.since < NEW_FOR


def why_wait(signs: Signs, past: Past, at: datetime) -> Why | None:
    """Return why a report waits for a first look, the gravest reason; None lets it through.

    A stamp may be as old as it likes: what is written without a line is sent days later.
    """
    if signs.trapped:
        return Why.TRAP
    if _too_fast(signs, at):
        return Why.FAST
    if past.crowd + 1 >= max(CROWD_REPORTS, CROWD_EACH * past.people):
        return Why.CROWD
    if past.trusted or not past.is_young(at):
        return None
    if past.young >= SWARM_YOUNG or past.of_device >= SWARM_OF_DEVICE:
        return Why.SWARM
    return Why.FIRST if signs.strict else None


def _too_fast(signs: Signs, at: datetime) -> bool:
    if signs.opened_at is None:
        # A stamp that is not ours was made up; none at all is odd where first looks are on.
        return signs.stamped or signs.strict
    # What was opened later than now was stamped by a clock that was ahead: nothing is learnt.
    return timedelta(0) <= at - signs.opened_at < FASTEST


def block_holds(until: datetime, lifted_at: datetime | None, at: datetime) -> bool:
    """Say whether a block holds at `at`, which is now: it ends by itself, or when it was lifted."""
    return at < until and lifted_at is None
