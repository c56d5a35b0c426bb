"""A neighbourhood with two people, their browsers, and reports that open in it."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.alerts import actions
from participation.alerts.models import AlertHit
from participation.alerts.rules import Kind
from participation.reports import actions as reports
from participation.reports.rules import Category
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from services.push import PushMessage, PushSubscription
from tests.people import JUN, MINJI

HOME = (37.5, 127.0)


class Street:
    """Acts as people would, each time in a transaction of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def browser(self, who: Actor) -> None:
        with unit_of_work(self.engine) as session:
            endpoint = f"https://push.example.org/{uuid4().hex}"
            given = {"p256dh": "x", "auth": "y", "label": "", "created_at": clock.now()}
            session.add(PushSubscription(person_id=who.id, endpoint=endpoint, **given))

    def follow(self, who: Actor, **wish: object) -> UUID:
        lat, lon = HOME
        told = {"kind": Kind.CIRCLE, "label": "우리 집", "lat": lat, "lon": lon, "radius_m": 300}
        with unit_of_work(self.engine) as session:
            made = actions.Wish(**(told | wish))  # type: ignore[arg-type]
            return actions.follow_place(session, who, made, at=clock.now())

    def report(self, who: Actor = JUN, *, text: str = "Dark lamp", at: object = None) -> UUID:
        lat, lon = at if isinstance(at, tuple) else HOME
        new = reports.NewReport(
            category=Category.STREET_LIGHT,
            text=text,
            lat=lat,
            lon=lon,
            idempotency_key=uuid4().hex,
        )
        with unit_of_work(self.engine) as session:
            return reports.open_report(session, who, new, at=clock.now())

    def notices(self, who: Actor = MINJI) -> list[PushMessage]:
        with Session(self.engine) as session:
            mine = sa.select(PushMessage).where(PushMessage.person_id == who.id)
            return list(session.scalars(mine.order_by(PushMessage.due_at)))

    def wait(self) -> None:
        """Let the hour come at which all that waits is due."""
        with unit_of_work(self.engine) as session:
            session.execute(sa.update(AlertHit).values(due_at=clock.now()))

    def hits(self) -> list[AlertHit]:
        with Session(self.engine) as session:
            return list(session.scalars(sa.select(AlertHit)))


@pytest.fixture
def street(app: Flask) -> Street:
    made = Street(app.extensions["engine"])
    made.browser(MINJI)
    made.browser(JUN)
    return made


@pytest.fixture
def tell(app: Flask) -> Callable[..., None]:
    """Run the job that tells what is due, at a moment."""
    run = next(j.run for j in app.extensions["registry"].jobs if j.name == "alerts.tell_due")

    def told(at: object) -> None:
        with unit_of_work(app.extensions["engine"]) as session:
            run(session, at)

    return told
