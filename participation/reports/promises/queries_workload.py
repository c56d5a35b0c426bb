"""What is on whose desk, and for how long."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Integer, case, func, select

from participation.accounts import directory
from participation.reports.models import Report
from participation.reports.routing.queries import handled_by, teams
from participation.reports.rules import ENDED, Status
from services.auth import Actor
from services.db import Session

LIVE = tuple(s.value for s in Status if s not in ENDED)
# Upper bounds of the ages, in days; what is older stands in a last row.
AGES = (1, 3, 7, 14, 30, 90)


class Desk(msgspec.Struct, frozen=True):
    """Open reports of a team or a person; `name` is empty for those nobody has."""

    name: str
    count: int
    late: int
    oldest: datetime | None


class Age(msgspec.Struct, frozen=True):
    """Open reports told more than `above` and at most `upto` days ago (None: without end)."""

    above: int
    upto: int | None
    count: int
    late: int


class Workload(msgspec.Struct, frozen=True):
    teams: list[Desk]
    people: list[Desk]
    ages: list[Age]


def workload(session: Session, actor: Actor, at: datetime) -> Workload:
    """Return the open reports the actor may handle, by team, person and age; the fullest first."""
    known = {key: " · ".join(names) for key, names in teams(session).items()}
    by_team = [
        Desk(known.get(key, ""), *rest) for key, *rest in _desks(session, actor, "team_id", at)
    ]
    held = _desks(session, actor, "assignee_id", at)
    names = directory.names_of(session, [key for key, *_ in held if key])
    by_person = [Desk(names.get(key, ""), *rest) for key, *rest in held]
    return Workload(by_team, by_person, _ages(session, actor, at))


def _late(at: datetime) -> Any:
    return func.coalesce(func.sum(case((Report.due_at < at, 1), else_=0), type_=Integer), 0)


def _desks(session: Session, actor: Actor, column: str, at: datetime) -> list[Any]:
    owner = getattr(Report, column)
    count = func.count()
    asked = (
        select(owner, count, _late(at), func.min(Report.opened_at))
        .where(Report.status.in_(LIVE), handled_by(actor))
        .group_by(owner)
        .order_by(count.desc())
    )
    return list(session.execute(asked).all())


def _ages(session: Session, actor: Actor, at: datetime) -> list[Age]:
    edges = [at - timedelta(days=days) for days in AGES]
    age = case(
        *((Report.opened_at >= edge, number) for number, edge in enumerate(edges)),
        else_=len(AGES),
    )
    live = Report.status.in_(LIVE) & handled_by(actor)
    asked = select(age, func.count(), _late(at)).where(live).group_by(age)
    found = {int(number): (int(n), int(late)) for number, n, late in session.execute(asked)}
    bounds = zip((0, *AGES), (*AGES, None), strict=True)
    return [
        Age(above, upto, *found.get(number, (0, 0))) for number, (above, upto) in enumerate(bounds)
    ]
