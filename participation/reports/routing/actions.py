"""What a clerk changes of the table of rules, and of the bodies, areas and days it speaks of."""

from datetime import date, datetime
from uuid import UUID, uuid4

import msgspec
import shapely
from sqlalchemy import func, select, update

from participation.accounts import directory
from participation.reports.routing.grounds import place_area
from participation.reports.routing.models import (
    Area,
    Body,
    Closure,
    RoutingRule,
    Team,
    WorkingCalendar,
)
from participation.reports.routing.rules import DAY_MINUTES, LONGEST_DAYS, Days
from participation.reports.rules import Category
from services import audit, workdays
from services.auth import Actor
from services.db import Session, add_named
from services.errors import InvalidError, NotFoundError, RefusedError

NAME_LENGTH = 80
LARGEST_SHAPE = 200_000
WEEK = frozenset(range(7))


class RuleInput(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table as a clerk fills it in; None fits all."""

    team_id: UUID
    area_id: UUID | None = None
    category: Category | None = None
    days: Days = Days.ANY
    from_minute: int | None = None
    to_minute: int | None = None
    person_id: UUID | None = None
    promise_days: int | None = None


class CalendarInput(msgspec.Struct, frozen=True, kw_only=True):
    """Whose holidays (ISO 3166), whose clock (IANA name), and the days never worked, Monday 0."""

    country: str
    zone: str
    subdivision: str = ""
    weekend: frozenset[int] = workdays.WEEKEND


def add_rule(session: Session, actor: Actor, new: RuleInput, *, at: datetime) -> UUID:
    """Put a rule at the end of the table and return its id."""
    last = session.scalar(select(func.max(RoutingRule.position))) or 0
    row = RoutingRule(id=uuid4(), position=last + 1, **_columns(session, new))
    session.add(row)
    return _kept(session, actor, "add_rule", "routing_rule", row.id, at)


def change_rule(
    session: Session, actor: Actor, rule_id: UUID, new: RuleInput, *, at: datetime
) -> None:
    """Write a rule anew, in its place."""
    row = _row(session, rule_id)
    for column, value in _columns(session, new).items():
        setattr(row, column, value)
    _kept(session, actor, "change_rule", "routing_rule", rule_id, at)


def move_rule(session: Session, actor: Actor, rule_id: UUID, *, up: bool, at: datetime) -> None:
    """Let a rule change places with the one above it, or below; at the edge nothing changes."""
    row = _row(session, rule_id)
    beyond = RoutingRule.position < row.position if up else RoutingRule.position > row.position
    nearest = RoutingRule.position.desc() if up else RoutingRule.position
    other = session.scalar(select(RoutingRule).where(beyond).order_by(nearest).limit(1))
    if other is not None:
        row.position, other.position = other.position, row.position
        _kept(session, actor, "move_rule", "routing_rule", rule_id, at)


def add_team(session: Session, actor: Actor, body: str, team: str, *, at: datetime) -> UUID:
    """Add a team to a body, which is made if it is new; return the team's id."""
    body, team = _name(body, "body"), _name(team, "team")
    row = session.scalar(select(Body).where(Body.name == body))
    if row is None:
        row = Body(id=uuid4(), name=body)
        add_named(session, row, "body")
    # Until this is over nobody else looks which teams the body has, to add the same one.
    session.refresh(row, with_for_update=True)
    same = select(Team.id).where(Team.body_id == row.id, Team.name == team)
    if session.scalar(same) is not None:
        raise RefusedError("name_taken", {"team": "taken"})
    added = Team(id=uuid4(), body_id=row.id, name=team)
    session.add(added)
    return _kept(session, actor, "add_team", "team", added.id, at)


def team_of_body(session: Session, actor: Actor, body: str, *, at: datetime) -> UUID:
    """Return the team that stands for a body as a whole, of the same name; made if it is new.

    Raises InvalidError for a name that is empty or too long.
    """
    # As it is stored: looked up as it was written, it would be missed and made a second time.
    body = _name(body, "body")
    named = select(Team.id).join(Body, Body.id == Team.body_id)
    known = session.scalar(named.where(Body.name == body, Team.name == body))
    return known or add_team(session, actor, body, body, at=at)


def add_area(session: Session, actor: Actor, name: str, shape: str, *, at: datetime) -> UUID:
    """Add an area by its GeoJSON polygon or multipolygon (RFC 7946); return its id."""
    name = _name(name, "name")
    if session.scalar(select(Area.id).where(Area.name == name)) is not None:
        raise RefusedError("name_taken", {"name": "taken"})
    ground = _ground(shape)
    west, south, east, north = map(float, shapely.bounds(ground))
    row = Area(
        id=uuid4(),
        name=name,
        shape=shapely.to_geojson(ground),
        west=west,
        south=south,
        east=east,
        north=north,
    )
    add_named(session, row)
    place_area(session, row.id, ground)
    return _kept(session, actor, "add_area", "area", row.id, at)


def close_day(session: Session, actor: Actor, day: date, name: str, *, at: datetime) -> None:
    """Add a day the city does not work; naming it again gives it the new name."""
    session.merge(Closure(day=day, name=_name(name, "name")))
    session.flush()
    audit.record(session, actor.id, "close_day", "closure", day.isoformat(), at=at)


def set_calendar(session: Session, actor: Actor, new: CalendarInput, *, at: datetime) -> None:
    """Say whose holidays and whose clock promises are counted by from now on.

    Promises already made stay as they are. Raises InvalidError naming what is not known.
    """
    known, wrong = workdays.countries(), {}
    if new.country not in known:
        wrong["country"] = "unknown"
    elif new.subdivision and new.subdivision not in known[new.country]:
        wrong["subdivision"] = "unknown"
    if new.zone not in workdays.zones():
        wrong["zone"] = "unknown"
    if not new.weekend < WEEK:
        wrong["weekend"] = "one working day or more"
    if wrong:
        raise InvalidError("calendar_invalid", wrong)
    weekend = "".join(map(str, sorted(new.weekend)))
    told = {"country": new.country, "zone": new.zone, "subdivision": new.subdivision}
    session.merge(WorkingCalendar(id=1, weekend=weekend, **told))
    session.flush()
    detail = told | {"weekend": weekend}
    audit.record(session, actor.id, "set_calendar", "calendar", "1", at=at, detail=detail)


def _columns(session: Session, new: RuleInput) -> dict[str, object]:
    """Return the columns of a rule; raises InvalidError for what the table cannot hold."""
    wrong = {}
    if session.get(Team, new.team_id) is None:
        wrong["team_id"] = "unknown"
    if new.area_id is not None and session.get(Area, new.area_id) is None:
        wrong["area_id"] = "unknown"
    if new.person_id is not None and not directory.is_staff(session, new.person_id):
        wrong["person_id"] = "unknown"
    if (new.from_minute is None) != (new.to_minute is None):
        wrong["from_minute"] = "both or neither"
    if any(m is not None and not 0 <= m < DAY_MINUTES for m in (new.from_minute, new.to_minute)):
        wrong["from_minute"] = "a time of day"
    if new.promise_days is not None and not 1 <= new.promise_days <= LONGEST_DAYS:
        wrong["promise_days"] = "1 to 90"
    if wrong:
        raise InvalidError("rule_invalid", wrong)
    columns: dict[str, object] = msgspec.structs.asdict(new)
    return columns | {
        "days": new.days.value,
        "category": new.category.value if new.category else None,
    }


def _row(session: Session, rule_id: UUID) -> RoutingRule:
    row = session.get(RoutingRule, rule_id)
    if row is None:
        raise NotFoundError
    return row


def _name(text: str, field: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidError("name_length", {field: "1 to 80 characters"})
    return name


def _ground(text: str) -> shapely.Geometry:
    """Return the polygon a clerk pasted; raises InvalidError for anything else."""
    wrong = InvalidError("shape_unreadable", {"shape": "GeoJSON polygon"})
    if len(text) > LARGEST_SHAPE:
        raise wrong
    try:
        ground = shapely.from_geojson(text)
    except (shapely.GEOSException, ValueError) as error:
        raise wrong from error
    inside = ground is not None and shapely.box(-180, -90, 180, 90).covers(ground)
    good = ground is not None and ground.geom_type in ("Polygon", "MultiPolygon")
    if not good or not inside or ground.is_empty or not ground.is_valid:
        raise wrong
    return ground


def _kept(session: Session, actor: Actor, verb: str, kind: str, key: UUID, at: datetime) -> UUID:
    session.flush()
    audit.record(session, actor.id, verb, kind, str(key), at=at)
    return key


def erase_person(session: Session, person_id: UUID, at: datetime) -> None:
    """Take a person's name out of the table; the rules stay, for their teams."""
    named = update(RoutingRule).where(RoutingRule.person_id == person_id)
    session.execute(named.values(person_id=None))
    audit.record(session, None, "erase_person", "routing", "", at=at)
