"""Which body a report goes on to: by the clerk's table first, then by the bodies' own rules."""

from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, select

from participation.reports.forwarding.models import OutsideBody, OutsideRule
from participation.reports.routing.models import Body, Team
from participation.reports.rules import Category
from services.db import Session


class Place(msgspec.Struct, frozen=True):
    """WGS84 degrees."""

    lat: float
    lon: float


class Onward(msgspec.Struct, frozen=True):
    """Where a report goes on to, and under which code that body knows its kind."""

    body_id: UUID
    name: str
    service_code: str


def onward_of(
    session: Session, category: Category, team_id: UUID | None, place: Place
) -> Onward | None:
    """Return where a report goes on to; None where it stays with the city.

    The clerk's table comes first: what it gives to a team of a body with an endpoint goes there,
    under the code a rule names, else under our own. All else goes by the rules of the bodies that
    the table does not know: one with a box before one without.
    """
    linked = (
        select(OutsideBody)
        .join(Team, Team.body_id == OutsideBody.body_id)
        .where(Team.id == team_id)
        .order_by(OutsideBody.name)
    )
    if team_id is not None and (body := session.scalars(linked).first()) is not None:
        rule = _rule_at(session, category, place, OutsideRule.body_id == body.id)
        return Onward(body.id, body.name, rule.service_code if rule else category.value)
    rule = _rule_at(session, category, place, OutsideBody.body_id.is_(None))
    if rule is None:
        return None
    name = session.get_one(OutsideBody, rule.body_id).name
    return Onward(rule.body_id, name, rule.service_code)


def _rule_at(
    session: Session, category: Category, place: Place, which: ColumnElement[bool]
) -> OutsideRule | None:
    rules = session.scalars(
        select(OutsideRule)
        .join(OutsideBody, OutsideBody.id == OutsideRule.body_id)
        .where(OutsideRule.category == category, which)
        .order_by(OutsideRule.west.is_(None), OutsideRule.id)
    )
    return next((rule for rule in rules if _covers(rule, place)), None)


def onward_name(session: Session, category: Category, team_id: UUID | None, *place: float) -> str:
    """Return the name of the body a report would go on to, "" where it stays; `place` lat, lon."""
    onward = onward_of(session, category, team_id, Place(*place))
    return onward.name if onward else ""


def _covers(rule: OutsideRule, place: Place) -> bool:
    if rule.west is None or rule.south is None or rule.east is None or rule.north is None:
        return True
    return rule.west <= place.lon <= rule.east and rule.south <= place.lat <= rule.north


def routing_bodies(session: Session) -> dict[UUID, str]:
    """Return the bodies of the clerk's table, by name."""
    rows = session.execute(select(Body.id, Body.name).order_by(Body.name))
    return {row.id: row.name for row in rows}
