"""What a clerk takes out of the table of rules and its surroundings, and puts back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

import shapely
from sqlalchemy import delete, insert, select, update

from participation.accounts import directory
from participation.reports.models import Report
from participation.reports.removals.access import removed_for
from participation.reports.removals.keeping import as_it_was, let_go, set_aside
from participation.reports.removals.models import RemovedLink, RemovedRow
from participation.reports.routing.grounds import place_area
from participation.reports.routing.models import Area, Body, Closure, ReportArea, RoutingRule, Team
from participation.reports.rules import HANDED, Status
from participation.reports.stories import add_entries
from services import audit
from services.auth import Actor
from services.db import Session
from services.errors import NotFoundError, RefusedError


def delete_rule(session: Session, actor: Actor, rule_id: UUID, *, at: datetime) -> UUID:
    """Take a rule out of the table; what it sent before stays where it is.

    This and what follows return the id by which the deleted is put back.
    """
    row = session.get(RoutingRule, rule_id)
    if row is None:
        raise NotFoundError
    kept = set_aside(session, actor, row, _team_name(session, row.team_id), at=at)
    audit.record(session, actor.id, "delete_rule", "routing_rule", str(rule_id), at=at)
    return kept


def delete_team(session: Session, actor: Actor, team_id: UUID, *, at: datetime) -> UUID:
    """Dissolve a team that no rule names; its reports go back to nobody.

    The last team of a body stays while someone's work is bound to that: they would see nothing.
    """
    if session.scalar(select(RoutingRule.id).where(RoutingRule.team_id == team_id).limit(1)):
        raise RefusedError("in_use")
    row = session.get(Team, team_id)
    if row is None:
        raise NotFoundError
    others = select(Team.id).where(Team.body_id == row.body_id, Team.id != team_id)
    if session.scalar(others.limit(1)) is None and _bound_to(session, "body", row.body_id):
        raise RefusedError("in_use")
    name, theirs = _team_name(session, team_id), Report.team_id == team_id
    asked = select(Report.id, Report.status).where(theirs).with_for_update()
    reports = {row.id: row.status for row in session.execute(asked)}
    session.execute(update(Report).where(theirs).values(team_id=None, changed_at=at))
    _hand_on(session, actor, reports, at)
    kept = set_aside(session, actor, row, name, at=at)
    if reports:
        links = [{"removed_id": kept, "report_id": one} for one in reports]
        session.execute(insert(RemovedLink), links)
    audit.record(session, actor.id, "delete_team", "team", str(team_id), at=at)
    return kept


def delete_area(session: Session, actor: Actor, area_id: UUID, *, at: datetime) -> UUID:
    """Forget an area that no rule names and nobody's work is bound to."""
    named = select(RoutingRule.id).where(RoutingRule.area_id == area_id).limit(1)
    if session.scalar(named) is not None or _bound_to(session, "area", area_id):
        raise RefusedError("in_use")
    row = session.get(Area, area_id)
    if row is None:
        raise NotFoundError
    session.execute(delete(ReportArea).where(ReportArea.area_id == area_id))
    kept = set_aside(session, actor, row, row.name, at=at)
    audit.record(session, actor.id, "delete_area", "area", str(area_id), at=at)
    return kept


def _bound_to(session: Session, kind: str, target: UUID) -> bool:
    """Say whether somebody in the console sees only what lies in this area, or is this body's."""
    return any(target in one.bound_to(kind) for one in directory.desks(session))


def open_day(session: Session, actor: Actor, day: date, *, at: datetime) -> UUID:
    """Let a day be a working day again; promises already made stay as they are."""
    row = session.get(Closure, day)
    if row is None:
        raise NotFoundError
    kept = set_aside(session, actor, row, f"{day.isoformat()} {row.name}", at=at)
    audit.record(session, actor.id, "open_day", "closure", day.isoformat(), at=at)
    return kept


def _hand_on(session: Session, actor: Actor, reports: Mapping[UUID, str], at: datetime) -> None:
    """Let the stories of reports, given with their states, say that others have them than before.

    One that waits for its first look has no story yet: that will begin with who has it then.
    """
    begun = [one for one, status in reports.items() if status != Status.HELD.value]
    step = {"at": at, "kind": HANDED, "status": None, "text": "", "role": "staff"}
    step |= {"actor_id": actor.id, "public": True}
    if begun:
        add_entries(session, [step | {"id": uuid4(), "report_id": one} for one in begun])


def put_back(session: Session, actor: Actor, removed_id: str, *, at: datetime) -> None:
    """Put back what the actor deleted, as it was.

    Errors as `removed_for`; raises RefusedError too where its name is taken by now, or where what
    it names is gone.
    """
    removed = removed_for(session, actor, removed_id, WAYS, at=at)
    key = WAYS[removed.kind](session, actor, removed, at)
    verb, kind = VERBS[removed.kind], removed.kind
    let_go(session, [removed.id])
    audit.record(session, actor.id, verb, kind, key, at=at)


def _rule(session: Session, _actor: Actor, removed: RemovedRow, _at: datetime) -> str:
    row = as_it_was(RoutingRule, removed)
    lost = session.get(Team, row.team_id) is None
    if lost or (row.area_id is not None and session.get(Area, row.area_id) is None):
        raise RefusedError("put_back_needs")
    # Where it stood last, a rule that was added since may stand now: that one comes after it.
    here = RoutingRule.position == row.position
    if session.scalar(select(RoutingRule.id).where(here).limit(1)) is not None:
        below = update(RoutingRule).where(RoutingRule.position >= row.position)
        session.execute(below.values(position=RoutingRule.position + 1))
    session.add(row)
    session.flush()
    return str(row.id)


def _team(session: Session, actor: Actor, removed: RemovedRow, at: datetime) -> str:
    row = as_it_was(Team, removed)
    same = select(Team.id).where(Team.body_id == row.body_id, Team.name == row.name)
    if session.scalar(same) is not None:
        raise RefusedError("put_back_name_taken")
    session.add(row)
    session.flush()
    lost = select(RemovedLink.report_id).where(RemovedLink.removed_id == removed.id)
    theirs = Report.team_id.is_(None), Report.id.in_(lost)
    asked = select(Report.id, Report.status).where(*theirs).with_for_update()
    reports = {one.id: one.status for one in session.execute(asked)}
    session.execute(update(Report).where(*theirs).values(team_id=row.id, changed_at=at))
    _hand_on(session, actor, reports, at)
    return str(row.id)


def _area(session: Session, _actor: Actor, removed: RemovedRow, _at: datetime) -> str:
    row = as_it_was(Area, removed)
    if session.scalar(select(Area.id).where(Area.name == row.name)) is not None:
        raise RefusedError("put_back_name_taken")
    session.add(row)
    session.flush()
    place_area(session, row.id, shapely.from_geojson(row.shape))
    return str(row.id)


def _day(session: Session, _actor: Actor, removed: RemovedRow, _at: datetime) -> str:
    row = as_it_was(Closure, removed)
    if session.get(Closure, row.day) is not None:
        raise RefusedError("day_off_already")
    session.add(row)
    session.flush()
    return row.day.isoformat()


WAYS: dict[str, Callable[[Session, Actor, RemovedRow, datetime], str]] = {
    RoutingRule.__tablename__: _rule,
    Team.__tablename__: _team,
    Area.__tablename__: _area,
    Closure.__tablename__: _day,
}
VERBS = {
    RoutingRule.__tablename__: "restore_rule",
    Team.__tablename__: "restore_team",
    Area.__tablename__: "restore_area",
    Closure.__tablename__: "restore_day",
}


def _team_name(session: Session, team_id: UUID) -> str:
    named = select(Body.name, Team.name).join(Team, Team.body_id == Body.id)
    return " · ".join(session.execute(named.where(Team.id == team_id)).one())
