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


def pile_up(app: Flask, name: str, count: int) -> None:
    """Let as many deliveries to one subscriber fail for good."""
    past, engine = clock.now() - timedelta(days=1), app.extensions["engine"]
    with unit_of_work(engine) as session:
        for _ in range(count):
            outbox.publish(session, ReportChanged(report_id=UUID(int=1), what="x"), at=past)
    while outbox.Dispatcher(engine, app.extensions["registry"].subscriptions).fan_out(past):
        pass
    with unit_of_work(engine) as session:
        last = session.scalar(sa.text("SELECT max(seq) FROM outbox_event"))
        dead = {"due_at": past, "dead_at": past, "tries": TRIES, "error": "OSError"}
        session.execute(sa.delete(OutboxDelivery))
        for n in range(count):
            session.add(OutboxDelivery(event_seq=last - n, subscriber=name, **dead))


def test_many_are_tried_again_together(app: Flask, visit: Visit, turn: Callable[[], int]) -> None:
    heard: list[UUID] = []
    subscriptions = app.extensions["registry"].subscriptions
    subscriptions.on(ReportChanged, lambda _session, event: heard.append(event.report_id))
    name = next(reversed(subscriptions.by_name))
    pile_up(app, name, 203)
    operator = visit(HANA)
    page = operator.get("/console/dead-letters")
    assert page.count('/retry"') == 200
    assert "모두 203건 가운데 최근 200건" in page
    done = operator.post("/console/dead-letters/retry-all", 303, subscriber=name)
    assert name not in operator.get(str(done.location))
    turn()
    assert len(heard) == 203
    operator.post("/console/dead-letters/retry-all", 404, subscriber=name)
    with reading_session(app.extensions["engine"]) as session:
        (row,) = [one for one in audit.latest(session) if one.verb == "retry_deliveries"]
    assert (row.detail, row.ref) == ({"count": "203"}, name[:80])


def test_what_many_wait_for_that_is_gone_is_discarded_together(app: Flask, visit: Visit) -> None:
    gone = "gone.hear:reports.report_changed"
    pile_up(app, gone, 3)
    operator = visit(HANA)
    page = operator.get("/console/dead-letters")
    assert "이 3건 버리기" in page
    operator.post("/console/dead-letters/discard-all", 404, subscriber="")
    visit(MINJI).post("/console/dead-letters/discard-all", 403, subscriber=gone)
    operator.post("/console/dead-letters/discard-all", 303, subscriber=gone)
    assert gone not in operator.get("/console/dead-letters")


def test_what_is_heard_still_is_not_discarded_together(app: Flask, visit: Visit) -> None:
    name = next(iter(app.extensions["registry"].subscriptions.by_name))
    pile_up(app, name, 2)
    operator = visit(HANA)
    assert "discard-all" not in operator.get("/console/dead-letters")
    operator.post("/console/dead-letters/discard-all", 404, subscriber=name)
    assert name in operator.get("/console/dead-letters")
