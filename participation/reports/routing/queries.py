"""What the table of rules holds, and where it sends a report."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import shapely
from sqlalchemy import ColumnElement, and_, select, true

from participation.accounts import directory
from participation.reports.models import Report
from participation.reports.routing.grounds import shape_of
from participation.reports.routing.models import (
    Area,
    Body,
    Closure,
    ReportArea,
    RoutingRule,
    Team,
    WorkingCalendar,
)
from participation.reports.routing.rules import Days, Rule, Told, first_fit, misfit
from participation.reports.rules import PROMISE_DAYS, Category
from services.auth import Actor
from services.db import Session
from services.workdays import Calendar


class Named(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class Routed(msgspec.Struct, frozen=True):
    """Where a report goes and by when it is promised; without a rule nobody is named."""

    due_at: datetime
    days: int
    team_id: UUID | None = None
    person_id: UUID | None = None
    rule_id: UUID | None = None


class Row(msgspec.Struct, frozen=True):
    """A rule with the words a clerk knows it by; `misfit` is why it passed a sample over.

    `left` says that its person is not on the team any more, and is given nothing.
    """

    rule: Rule
    number: int
    area: str
    body: str
    team: str
    person: str
    left: bool = False
    misfit: str | None = None


def calendar_of(session: Session) -> Calendar:
    """Return when the city works, its own days off included."""
    row = session.get(WorkingCalendar, 1)
    off = frozenset(session.scalars(select(Closure.day)))
    if row is None:
        return Calendar(closures=off)
    weekend = frozenset(map(int, row.weekend))
    return Calendar(row.country, row.zone, off, row.subdivision, weekend)


def has_calendar(session: Session) -> bool:
    """Say whether anyone, or the settings, said when the city works."""
    return session.get(WorkingCalendar, 1) is not None


def rules_of(session: Session) -> list[Rule]:
    """Return the table of rules in its order."""
    rows = session.scalars(select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id))
    return [rule_of(row) for row in rows]


def rule_of(row: RoutingRule) -> Rule:
    return Rule(
        id=row.id,
        team_id=row.team_id,
        area_id=row.area_id,
        category=Category(row.category) if row.category else None,
        days=Days(row.days),
        from_minute=row.from_minute,
        to_minute=row.to_minute,
        person_id=row.person_id,
        promise_days=row.promise_days,
    )


def areas_at(session: Session, lat: float, lon: float) -> frozenset[UUID]:
    """Return the areas a place (WGS84 degrees) lies in; a border belongs to both sides."""
    rows = session.execute(
        select(Area.id, Area.shape).where(
            Area.west <= lon, Area.east >= lon, Area.south <= lat, Area.north >= lat
        )
    )
    place = shapely.Point(lon, lat)
    return frozenset(key for key, shape in rows if shapely.covers(shape_of(shape), place))


def route(session: Session, category: Category, lat: float, lon: float, at: datetime) -> Routed:
    """Return where a report of this kind, place (degrees) and moment goes.

    To a person only as long as they are on the team.
    """
    calendar = calendar_of(session)
    rules = rules_of(session)
    told = _told(calendar, category, areas_at(session, lat, lon) if rules else frozenset(), at)
    rule = first_fit(rules, told)
    days = (rule.promise_days if rule else None) or PROMISE_DAYS[category]
    due = calendar.due(at, days)
    if rule is None:
        return Routed(due, days)
    person = rule.person_id
    if person is not None and not directory.is_staff(session, person):
        person = None
    return Routed(due, days, rule.team_id, person, rule.id)


def _told(calendar: Calendar, category: Category, areas: frozenset[UUID], at: datetime) -> Told:
    local = at.astimezone(ZoneInfo(calendar.zone))
    return Told(category, areas, local, calendar.open_on(local.date()))


def table(session: Session) -> list[Row]:
    """Return the table as a clerk reads it."""
    return _rows(session, {})


def tried(
    session: Session, category: Category, lat: float, lon: float, at: datetime
) -> tuple[list[Row], Routed]:
    """Return the table with what kept each rule from a sample, and where the sample goes."""
    told = _told(calendar_of(session), category, areas_at(session, lat, lon), at)
    why = {rule.id: misfit(rule, told) for rule in rules_of(session)}
    return _rows(session, why), route(session, category, lat, lon, at)


def _rows(session: Session, why: dict[UUID, str]) -> list[Row]:
    rules = rules_of(session)
    places = {one.id: one.name for one in areas(session)}
    found = teams(session)
    people = directory.names_of(session, {r.person_id for r in rules if r.person_id})
    staff = {one.id for one in directory.staff(session)}
    return [
        Row(
            rule,
            number,
            places.get(rule.area_id, "") if rule.area_id else "",
            *found[rule.team_id],
            people.get(rule.person_id, "") if rule.person_id else "",
            rule.person_id is not None and rule.person_id not in staff,
            why.get(rule.id),
        )
        for number, rule in enumerate(rules, 1)
    ]


def teams(session: Session) -> dict[UUID, tuple[str, str]]:
    """Return every team by id as (body, team), by name."""
    rows = session.execute(
        select(Team.id, Body.name, Team.name)
        .join(Body, Body.id == Team.body_id)
        .order_by(Body.name, Team.name)
    )
    return {key: (body, team) for key, body, team in rows}


def areas(session: Session) -> list[Named]:
    """Return the areas by name."""
    rows = session.execute(select(Area.id, Area.name).order_by(Area.name))
    return [Named(*row) for row in rows]


def area_names(session: Session) -> dict[UUID, str]:
    """Return the areas by id, in the order of their names."""
    return {one.id: one.name for one in areas(session)}


def body_names(session: Session) -> dict[UUID, str]:
    """Return the bodies by id, in the order of their names."""
    rows = session.execute(select(Body.id, Body.name).order_by(Body.name))
    return {row.id: row.name for row in rows}


def handled_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `report` that holds for what a member of staff may handle.

    Bound to areas: those within; bound to bodies: those their teams have; bound to both: both.
    """
    kept: list[ColumnElement[bool]] = []
    if areas := actor.bound_to("area"):
        within = select(ReportArea.report_id).where(ReportArea.area_id.in_(areas))
        kept.append(Report.id.in_(within))
    if bodies := actor.bound_to("body"):
        theirs = select(Team.id).where(Team.body_id.in_(bodies))
        kept.append(Report.team_id.in_(theirs))
    return and_(true(), *kept)


def closures(session: Session) -> list[tuple[str, str]]:
    """Return the city's own days off as (ISO day, name), oldest first."""
    rows = session.scalars(select(Closure).order_by(Closure.day))
    return [(row.day.isoformat(), row.name) for row in rows]


def export_of(session: Session, person_id: UUID) -> dict[str, list[str]]:
    """Return the rules that name a person, by id."""
    rows = session.scalars(select(RoutingRule.id).where(RoutingRule.person_id == person_id))
    return {"routing_rules": [str(key) for key in rows]}
