"""An operator sees what is stuck, tries it again, and discards what nobody hears any more."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from participation.events.reports import ReportChanged
from services import audit, clock, outbox
from services.auth import Actor
from services.db import Session, reading_session, unit_of_work
from services.outbox.dispatcher import TRIES
from services.outbox.events import OutboxDelivery
from tests.pages import Pages
from tests.people import HANA, MINJI

Visit = Callable[[Actor | None], Pages]


def stuck(app: Flask, heard: list[str]) -> str:
    """Let a delivery fail for good whose cause is mended afterwards; return its id."""
    broken = {"still": True}

    def moody(_session: Session, event: ReportChanged) -> None:
        if broken["still"]:
            raise ZeroDivisionError
        heard.append(event.what)

    subscriptions = app.extensions["registry"].subscriptions
    subscriptions.on(ReportChanged, moody)
    engine = app.extensions["engine"]
    with unit_of_work(engine) as session:
        event = ReportChanged(report_id=UUID(int=1), what="stuck")
        outbox.publish(session, event, at=clock.now())
    dispatcher = outbox.Dispatcher(engine, subscriptions)
    later = clock.now()
    dispatcher.fan_out(later)
    for _ in range(TRIES):
        while dispatcher.deliver_one(later):
            pass
        later += timedelta(hours=1)
    broken["still"] = False
    with reading_session(engine) as session:
        (letter,) = outbox.dead_letters(session, subscriptions.by_name, at=clock.now())
    return letter.id


def test_what_is_tried_again_arrives(app: Flask, visit: Visit, turn: Callable[[], int]) -> None:
    heard: list[str] = []
    letter = stuck(app, heard)
    operator = visit(HANA)
    assert "ZeroDivisionError" in operator.get("/console/dead-letters")
    visit(MINJI).get("/console/dead-letters", 403)
    turn()
    assert heard == []
    operator.post(f"/console/dead-letters/{letter}/discard", 404)
    done = operator.post(f"/console/dead-letters/{letter}/retry", 303)
    page = operator.get(str(done.location))
    assert "다시 전하고 있어요" in page
    assert "ZeroDivisionError" not in page
    assert "다시 전하고 있어요" not in operator.get("/console/dead-letters?done=x")
    turn()
    assert heard == ["stuck"]
    operator.post(f"/console/dead-letters/{letter}/retry", 404)


def test_what_nobody_hears_any_more_is_discarded(app: Flask, visit: Visit) -> None:
    engine, name = app.extensions["engine"], "gone.hear:reports.report_changed"
    with unit_of_work(engine) as session:
        event = ReportChanged(report_id=UUID(int=1), what="x")
        outbox.publish(session, event, at=clock.now())
        session.flush()
        seq = session.scalar(sa.text("SELECT max(seq) FROM outbox_event"))
        past = clock.now() - timedelta(days=1)
        session.add(OutboxDelivery(event_seq=seq, subscriber=name, due_at=past, tries=0))
    operator = visit(HANA)
    page = operator.get("/console/dead-letters")
    assert name in page
    assert "이제 듣는 곳이 없어요" in page
    assert f"{seq}-{name}/retry" not in page
    done = operator.post(f"/console/dead-letters/{seq}-{name}/discard", 303)
    page = operator.get(str(done.location))
    assert "버렸어요" in page
    assert name not in page
    with reading_session(engine) as session:
        assert "discard_delivery" in {row.verb for row in audit.latest(session)}
