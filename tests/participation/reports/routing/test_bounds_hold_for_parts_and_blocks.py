"""What is bound to an area reaches nothing elsewhere by way of a part, or of a block."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports import actions_family
from participation.reports.blocks.actions import lift_block
from participation.reports.blocks.models import ReportBlock
from participation.reports.models import Report
from participation.reports.rules import Status
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from services.errors import NotFoundError
from tests.flows.canaries import report
from tests.pages import Pages
from tests.participation.reports.routing import test_staff_may_be_bound as bounds
from tests.participation.reports.routing.test_staff_may_be_bound import bound
from tests.people import HANA, JUN, SOYEON

Visit = Callable[[Actor | None], Pages]
north = bounds.north


def test_parts_elsewhere_are_not_answered_with_the_whole(
    app: Flask, session: Session, visit: Visit, north: UUID
) -> None:
    jun = visit(JUN)
    whole, near, far = (UUID(report(jun, f"등 {lat}", lat)) for lat in ("34.35", "34.36", "34.25"))
    with unit_of_work(app.extensions["engine"]) as writing:
        parent = writing.get_one(Report, whole)
        for key in (near, far):
            part = writing.get_one(Report, key)
            actions_family.attach_part(writing, HANA, parent, part, at=clock.now())
    bound(app, SOYEON, ("area", north))
    pages = visit(SOYEON)
    pages.get(f"/console/reports/{whole}")
    pages.post(f"/console/reports/{whole}/answer", status="fixed", text="x", parts="1")
    found = {key: session.get_one(Report, key).status for key in (whole, near, far)}
    assert found == {whole: Status.FIXED, near: Status.FIXED, far: Status.OPEN}


def test_a_block_is_lifted_by_who_may_read_of_it(
    app: Flask, session: Session, visit: Visit, north: UUID
) -> None:
    told = report(visit(JUN), "남쪽 등", "34.25")
    pages = visit(HANA)
    pages.get(f"/console/reports/{told}/block")
    pages.post(f"/console/reports/{told}/block", whom="person", days="7", reason="x")
    block = session.scalars(select(ReportBlock.id)).one()
    mine = bound(app, SOYEON, ("area", north))
    with pytest.raises(NotFoundError):
        lift_block(session, mine, block, at=clock.now())
    lift_block(session, HANA, block, at=clock.now())
