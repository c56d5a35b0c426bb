"""What was written while a clock was ahead is told as soon as it is set right."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from participation.events.reports import ReportChanged
from services import outbox
from services.db import Session, reading_session, refresh_statistics, unit_of_work
from services.outbox import waits
from services.outbox.events import OutboxDelivery
from tests.conftest import AT

EVENT = ReportChanged(report_id=UUID(int=1), what="x")
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


class Hearing:
    """A subscriber that fails the first `fails` times."""

    def __init__(self, engine: sa.Engine, after_s: int = 0, fails: int = 0) -> None:
        self.engine, self.fails, self.heard = engine, fails, 0
        self.subscriptions = outbox.Subscriptions()
        self.subscriptions.on(ReportChanged, self.hear, after_s=after_s)
        self.dispatcher = self.another()

    def hear(self, _session: Session, _event: ReportChanged) -> None:
        self.fails -= 1
        if self.fails >= 0:
            raise ZeroDivisionError
        self.heard += 1

    def another(self) -> outbox.Dispatcher:
        return outbox.Dispatcher(self.engine, self.subscriptions)

    def turn(self, at: datetime) -> bool:
        self.dispatcher.fan_out(at)
        return self.dispatcher.deliver_one(at)


def published(engine: sa.Engine, at: datetime) -> None:
    with unit_of_work(engine) as session:
        outbox.publish(session, EVENT, at=at)


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if "put off" in one.getMessage()]


def test_an_event_of_a_clock_that_was_ahead_is_told_when_it_is_found(engine: sa.Engine) -> None:
    hearing = Hearing(engine, after_s=10)
    published(engine, AT + DAY)
    assert [hearing.turn(AT + n * SECOND) for n in (0, 9, 10)] == [False, False, True]
    assert hearing.heard == 1


@pytest.mark.parametrize("restarted", [False, True])
def test_what_was_to_wait_a_little_waits_no_longer(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture, restarted: bool
) -> None:
    """It still waits as long as it is to wait: until then it may be taken back."""
    hearing = Hearing(engine, after_s=10)
    published(engine, AT + DAY)
    assert not hearing.turn(AT + DAY)
    if restarted:
        hearing.dispatcher = hearing.another()
    assert [hearing.turn(AT + n * SECOND) for n in (0, 9, 10)] == [False, False, True]
    assert hearing.heard == 1
    (warning,) = warnings_of(caplog)
    assert warning.startswith("1 ")


def test_what_failed_meanwhile_is_tried_again_after_its_wait(engine: sa.Engine) -> None:
    hearing = Hearing(engine, fails=1)
    published(engine, AT + DAY)
    assert hearing.turn(AT + DAY)
    assert [hearing.turn(AT), hearing.turn(AT + SECOND)] == [False, True]
    assert hearing.heard == 1


def test_a_lease_of_one_that_died_meanwhile_lapses_in_its_time(engine: sa.Engine) -> None:
    hearing = Hearing(engine)
    published(engine, AT)
    hearing.dispatcher.fan_out(AT)
    for _ in range(2):
        with unit_of_work(engine) as session:
            session.execute(sa.update(OutboxDelivery).values(due_at=AT))
        assert hearing.dispatcher._claim(AT + DAY) is not None
    hearing.dispatcher = hearing.another()
    # The second lease is of a minute.
    assert [hearing.turn(AT + n * SECOND) for n in (0, 59, 60)] == [False, False, True]


def test_what_another_machine_put_off_is_found_within_a_minute(engine: sa.Engine) -> None:
    hearing = Hearing(engine, fails=1)
    published(engine, AT)
    assert hearing.dispatcher.fan_out(AT) == 1
    assert hearing.another().deliver_one(AT + DAY)
    assert not hearing.turn(AT + 59 * SECOND)
    assert not hearing.turn(AT + MINUTE)
    assert hearing.turn(AT + MINUTE + SECOND)
    assert hearing.heard == 1


def standing(engine: sa.Engine) -> dict[tuple[int, bool], datetime]:
    with reading_session(engine) as session:
        rows = session.scalars(sa.select(OutboxDelivery)).all()
    return {(row.tries, row.lease is not None): row.due_at for row in rows}


def put_off_by_rule(engine: sa.Engine, name: str, at: datetime) -> None:
    """Store a delivery for each number of tries, held and put back, as they stand after it."""
    rows = [(0, None, 20 * SECOND)]
    rows += [(n, "held", waits.LEASE * 2 ** (n - 1)) for n in range(1, waits.TRIES + 1)]
    rows += [(n, None, waits.wait_before(n)) for n in range(1, waits.TRIES)]
    with unit_of_work(engine) as session:
        for _ in rows:
            outbox.publish(session, EVENT, at=at)
        session.flush()
        seqs = session.scalars(sa.text("SELECT seq FROM outbox_event ORDER BY seq")).all()
        session.execute(sa.text("UPDATE outbox_event SET fanned_out_at = recorded_at"))
        for seq, (tries, lease, wait) in zip(seqs, rows, strict=True):
            due_at = at + wait
            session.add(
                OutboxDelivery(
                    event_seq=seq, subscriber=name, due_at=due_at, tries=tries, lease=lease
                )
            )


def test_what_waits_as_it_is_to_is_left_alone_and_what_waits_longer_as_if_put_off_now(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    hearing = Hearing(engine, after_s=20)
    (name,) = hearing.subscriptions.by_name
    # Written by a machine whose clock is somewhat ahead.
    put_off_by_rule(engine, name, AT + 50 * SECOND)
    before = standing(engine)
    hearing.dispatcher.fan_out(AT)
    assert standing(engine) == before
    assert warnings_of(caplog) == []
    hearing.dispatcher.fan_out(AT - 30 * SECOND)
    assert standing(engine) == {key: at - 80 * SECOND for key, at in before.items()}
    assert len(warnings_of(caplog)) == 1


def test_what_was_put_off_wrongly_is_counted(engine: sa.Engine) -> None:
    hearing = Hearing(engine)
    published(engine, AT + DAY)
    hearing.dispatcher.fan_out(AT + DAY)
    hearing.another().fan_out(AT)
    with reading_session(engine) as session:
        assert outbox.backlog(session, at=AT).due == 1


INDEX = "ix_outbox_delivery_done_at_dead_at_lane_due_at"
EXPLAIN = {
    "sqlite": ("EXPLAIN QUERY PLAN ", f"SEARCH outbox_delivery USING INDEX {INDEX}"),
    "postgresql": ("EXPLAIN ", f"Index Scan using {INDEX}"),
}


def plan_of(engine: sa.Engine, act: Callable[[], object]) -> str:
    """Return how the database runs the one statement about deliveries that `act` makes."""
    made: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        if "FROM outbox_delivery" in given[2]:
            made.append((given[2], given[3]))

    sa.event.listen(engine, "before_cursor_execute", note)
    act()
    sa.event.remove(engine, "before_cursor_execute", note)
    ((statement, values),) = made
    with engine.connect() as connection:
        explain, _ = EXPLAIN[engine.dialect.name]
        return " ".join(map(str, connection.exec_driver_sql(explain + statement, values)))


def test_what_is_due_and_what_waits_too_long_is_read_off_the_index(engine: sa.Engine) -> None:
    hearing = Hearing(engine, after_s=10)
    (name,) = hearing.subscriptions.by_name
    with unit_of_work(engine) as session:
        outbox.publish_all(session, [EVENT] * 3000, at=AT)
        done = (
            "INSERT INTO outbox_delivery (event_seq, subscriber, lane, due_at, tries, done_at)"
            " SELECT seq, :name, seq % 2, recorded_at, 1,"
            " CASE WHEN seq % 100 > 0 THEN recorded_at END FROM outbox_event"
        )
        session.execute(sa.text(done), {"name": name})
        refresh_statistics(session)
    for act in (
        lambda: hearing.dispatcher._claim(AT - DAY),
        lambda: waits.put_right(engine, hearing.subscriptions, AT),
    ):
        plan = plan_of(engine, act)
        assert EXPLAIN[engine.dialect.name][1] in plan, plan
