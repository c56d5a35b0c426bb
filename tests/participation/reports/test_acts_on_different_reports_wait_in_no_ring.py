"""Who acts on different reports shares the sums of the map, and still never waits in a ring."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.reports import actions, actions_bulk
from participation.reports.actions import NewReport
from participation.reports.actions_undo import withdraw_acts
from participation.reports.clusters import age_clusters
from participation.reports.models import Report
from participation.reports.rules import LATELY, Category, Status
from services import clock
from services.db import Session, unit_of_work
from tests.people import MINJI, SOYEON, TAEHO

LAMP, LITTER = Category.STREET_LIGHT, Category.LITTER
WAITS = 0.4


def told(engine: sa.Engine, category: Category) -> UUID:
    new = NewReport(category=category, text="x", lat=34.2, lon=127.9, idempotency_key=uuid4().hex)
    with unit_of_work(engine) as session:
        return actions.open_report(session, MINJI, new, at=clock.now())


def told_in_order(engine: sa.Engine, *categories: Category) -> list[UUID]:
    """Return reports of these categories in the order in which acts on several hold them."""
    while True:
        keys = [told(engine, one) for one in categories]
        if keys == sorted(keys):
            return keys


def fix(session: Session, key: UUID) -> None:
    report = session.get_one(Report, key)
    actions.answer_report(session, TAEHO, report, Status.FIXED, "끝", at=clock.now())


def crossed(engine: sa.Engine, act: Callable[[Session], object]) -> None:
    """Settle a lamp, let `act` begin, then settle litter; all are kept."""
    lamp, litter = told(engine, LAMP), told(engine, LITTER)
    failed: list[BaseException] = []

    def begin() -> None:
        try:
            with unit_of_work(engine) as session:
                act(session)
        except BaseException as error:
            failed.append(error)

    other = threading.Thread(target=begin)
    with unit_of_work(engine) as session:
        fix(session, lamp)
        other.start()
        threading.Event().wait(WAITS)
        fix(session, litter)
    other.join()
    assert failed == []


def turn_down_many(engine: sa.Engine) -> Callable[[Session], object]:
    keys = told_in_order(engine, LITTER, LAMP)

    def act(session: Session) -> None:
        those = [session.get_one(Report, key) for key in keys]
        actions_bulk.reject_many(session, SOYEON, those, {}, "장난", at=clock.now())

    return act


def take_back_many(engine: sa.Engine) -> Callable[[Session], object]:
    while True:
        keys, at, steps = told_in_order(engine, LITTER, LAMP), clock.now(), []
        with unit_of_work(engine) as session:
            for key in keys:
                report = session.get_one(Report, key)
                steps.append(
                    actions.answer_report(session, SOYEON, report, Status.FIXED, "끝", at=at)
                )
        # In the order of the steps they are taken back.
        if steps == sorted(steps):
            soon = at + timedelta(seconds=2)
            return lambda session: withdraw_acts(session, SOYEON, at, at=soon)


def let_many_grow_old(engine: sa.Engine) -> Callable[[Session], object]:
    keys, at = told_in_order(engine, LITTER, LAMP), clock.now()
    with unit_of_work(engine) as session:
        aged = sa.update(Report).where(Report.id.in_(keys))
        session.execute(aged.values(opened_at=at - LATELY))
    return lambda session: age_clusters(session, at)


@pytest.mark.parametrize("make", [turn_down_many, take_back_many, let_many_grow_old])
def test_lamp_then_litter_meets_litter_then_lamp(
    engine: sa.Engine, make: Callable[[sa.Engine], Callable[[Session], object]]
) -> None:
    crossed(engine, make(engine))


@contextmanager
def statements(engine: sa.Engine) -> Any:
    """Yield what is asked of the database from here on: the statement, and its rows if many."""
    asked: list[tuple[str, Any]] = []

    def ask(_connection: Any, _cursor: Any, statement: str, given: Any, _: Any, many: bool) -> None:
        asked.append((statement, list(given) if many else [given]))

    sa.event.listen(engine, "before_cursor_execute", ask)
    yield asked
    sa.event.remove(engine, "before_cursor_execute", ask)


def test_the_sums_are_written_once_in_one_order_before_the_chains_are_held(
    engine: sa.Engine,
) -> None:
    keys = [told(engine, one) for one in (LAMP, LITTER, LAMP, LITTER, LAMP)]
    with statements(engine) as asked, unit_of_work(engine) as session:
        those = [session.get_one(Report, key) for key in keys]
        actions_bulk.reject_many(session, SOYEON, those, {}, "장난", at=clock.now())
    written = [n for n, (one, _) in enumerate(asked) if "INTO report_cluster" in one]
    chained = [n for n, (one, _) in enumerate(asked) if "INTO report_history" in one]
    audited = [n for n, (one, _) in enumerate(asked) if "INTO audit_entry" in one]
    locked = [n for n, (one, _) in enumerate(asked) if "advisory" in one]
    assert len(written) == 1
    assert written[0] < min(chained + audited + locked)
    rows = [tuple(one.values()) if isinstance(one, dict) else one for one in asked[written[0]][1]]
    # Ten zooms of two categories.
    assert len(rows) == 20
    assert [row[:4] for row in rows] == sorted(row[:4] for row in rows)


def test_one_report_writes_its_sums_in_one_statement(engine: sa.Engine) -> None:
    key = told(engine, LAMP)
    with statements(engine) as asked, unit_of_work(engine) as session:
        fix(session, key)
    assert sum("report_cluster" in one for one, _ in asked) == 1
