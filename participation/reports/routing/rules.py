"""Who a report goes to: the first rule of the table that fits. Pure, no database, no clock."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from participation.reports.rules import Category

DAY_MINUTES = 24 * 60
LONGEST_DAYS = 90


class Days(StrEnum):
    ANY = "any"
    WORKING = "working"
    CLOSED = "closed"


DAYS_LABELS: dict[Days, str] = {
    Days.ANY: "Every day",
    Days.WORKING: "Working days",
    Days.CLOSED: "Weekends and holidays",
}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table; what is None fits all.

    `from_minute` and `to_minute` are minutes of the city's day, the second one not included; where
    the first is the greater the span goes over midnight. `promise_days` are working days and take
    the place of the category's own.
    """

    id: UUID
    team_id: UUID
    area_id: UUID | None = None
    category: Category | None = None
    days: Days = Days.ANY
    from_minute: int | None = None
    to_minute: int | None = None
    person_id: UUID | None = None
    promise_days: int | None = None


class Told(msgspec.Struct, frozen=True):
    """What of a report decides where it goes; `local` is its moment in the city's zone."""

    category: Category
    areas: frozenset[UUID]
    local: datetime
    working: bool


def in_span(minute: int, start: int | None, end: int | None) -> bool:
    """Say whether a minute of the day lies in [start, end), over midnight where start > end."""
    if start is None or end is None or start == end:
        return True
    if start < end:
        return start <= minute < end
    return minute >= start or minute < end


def misfit(rule: Rule, told: Told) -> str:
    """Return the column that keeps a rule from fitting what was told; "" where it fits."""
    minute = told.local.hour * 60 + told.local.minute
    columns = {
        "category": rule.category in (None, told.category),
        "area": rule.area_id is None or rule.area_id in told.areas,
        "days": rule.days is Days.ANY or (rule.days is Days.WORKING) == told.working,
        "hours": in_span(minute, rule.from_minute, rule.to_minute),
    }
    return next((column for column, good in columns.items() if not good), "")


def first_fit(rules: Iterable[Rule], told: Told) -> Rule | None:
    """Return the first rule, in the order of the table, that fits; None where none does."""
    return next((rule for rule in rules if not misfit(rule, told)), None)
