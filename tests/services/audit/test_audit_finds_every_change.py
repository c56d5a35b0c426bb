"""The audit trail: whatever is changed in it later is found."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from services import audit
from services.audit import NOTHING, AuditEntry, AuditHead, Head
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.services.audit.acts import ACTS, HEAD, TABLE, numbers

COLUMNS = ["at", "actor_id", "verb", "kind", "ref", "detail", "digest"]


def whole(connection: sa.Connection, remembered: Head = NOTHING) -> bool:
    with Session(bind=connection, join_transaction_mode="rollback_only") as session:
        return audit.intact(session, remembered)


def newest(connection: sa.Connection) -> Head:
    with Session(bind=connection) as session:
        return audit.head(session)


CHECK = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@CHECK
@given(row=st.integers(0, ACTS - 1), column=st.sampled_from(COLUMNS))
def test_any_edit_is_found(trail: sa.Connection, row: int, column: str) -> None:
    assert whole(trail)
    seq = numbers(trail)[row]
    changed = {"at": AT + timedelta(days=9), "actor_id": uuid4(), "digest": "f" * 64}
    value = changed.get(column, "other")
    trail.execute(sa.update(TABLE).where(TABLE.c.seq == seq).values({column: value}))
    assert not whole(trail)
    trail.rollback()


@CHECK
@given(rows=st.sets(st.integers(0, ACTS - 1), min_size=1))
def test_any_deletion_is_found(trail: sa.Connection, rows: set[int]) -> None:
    """Also of the newest acts: the head says how many there were."""
    seqs = numbers(trail)
    assert whole(trail)
    gone = [seqs[row] for row in rows]
    trail.execute(sa.delete(TABLE).where(TABLE.c.seq.in_(gone)))
    assert not whole(trail)
    trail.rollback()


@pytest.mark.parametrize("left", range(ACTS))
def test_a_cut_that_moves_the_head_too_is_found_by_a_head_kept_elsewhere(
    trail: sa.Connection, left: int
) -> None:
    remembered, seqs = newest(trail), numbers(trail)
    assert whole(trail, remembered)
    assert Head.parse(str(remembered)) == remembered
    trail.execute(sa.delete(TABLE).where(TABLE.c.seq.in_(seqs[left:])))
    last = trail.scalar(sa.select(TABLE.c.digest).order_by(TABLE.c.seq.desc()).limit(1))
    trail.execute(sa.update(HEAD).values(count=left, digest=last or NOTHING.digest))
    assert whole(trail), "the trail by itself has nothing odd"
    assert not whole(trail, remembered)
    trail.rollback()


@pytest.mark.parametrize("change", ["count", "digest", "gone"])
def test_a_changed_head_is_found(trail: sa.Connection, change: str) -> None:
    values = {"count": {"count": 5}, "digest": {"digest": "e" * 64}}
    trail.execute(sa.update(HEAD).values(values[change]) if change in values else sa.delete(HEAD))
    assert not whole(trail)
    trail.rollback()


@pytest.mark.parametrize("change", ["cut", "headless"])
def test_acts_that_follow_heal_nothing(
    engine: sa.Engine, trail: sa.Connection, change: str
) -> None:
    last = numbers(trail)[-1]
    with engine.begin() as connection:
        cut = sa.delete(TABLE).where(TABLE.c.seq == last)
        connection.execute(cut if change == "cut" else sa.delete(HEAD))
    for _ in range(3):
        with unit_of_work(engine) as session:
            audit.record(session, None, "paint", "wall", "after", at=AT)
    with Session(engine) as session:
        assert not audit.intact(session)


def test_the_command_prints_the_head_and_proves_it(app: Flask, trail: sa.Connection) -> None:
    run = app.test_cli_runner()
    said = run.invoke(args=["audit", "verify"])
    assert said.exit_code == 0
    head = said.output.split()[-1]
    assert Head.parse(head) == newest(trail)
    assert run.invoke(args=["audit", "verify", "--against", head]).exit_code == 0
    other = f"{ACTS - 1}:{'a' * 64}"
    broken = run.invoke(args=["audit", "verify", "--against", other])
    assert (broken.exit_code, "broken" in broken.output) == (1, True)
    assert run.invoke(args=["audit", "verify", "--against", "12"]).exit_code == 2


@CHECK
@given(pair=st.sets(st.integers(0, ACTS - 1), min_size=2, max_size=2))
def test_acts_that_change_places_are_found(trail: sa.Connection, pair: set[int]) -> None:
    seqs = numbers(trail)
    one, other = (seqs[row] for row in sorted(pair))
    for seq, now in ((one, -1), (other, one), (-1, other)):
        trail.execute(sa.update(TABLE).where(TABLE.c.seq == seq).values(seq=now))
    assert not whole(trail)
    trail.rollback()


def test_the_application_itself_cannot_change_an_act(engine: sa.Engine, trail: object) -> None:
    with Session(engine) as session:
        row = session.scalars(sa.select(AuditEntry).limit(1)).one()
        row.verb = "other"
        with pytest.raises(RuntimeError, match="append-only"):
            session.flush()


def test_what_is_undone_leaves_no_act(engine: sa.Engine, trail: sa.Connection) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(engine) as session:  # noqa: PT012
        audit.record(session, None, "burn", "wall", "w", at=AT)
        raise ZeroDivisionError
    with unit_of_work(engine) as session:
        audit.record(session, None, "paint", "wall", "before", at=AT)
        inner = session.begin_nested()
        audit.record(session, None, "burn", "wall", "inside", at=AT)
        inner.rollback()
        audit.record(session, None, "paint", "wall", "after", at=AT)
    with Session(engine) as session:
        found = [row.ref for row in audit.latest(session)]
        assert found[:2] == ["after", "before"]
        assert len(found) == ACTS + 2
        assert audit.intact(session)


def test_a_savepoint_takes_along_what_was_kept_within_it(
    engine: sa.Engine, trail: sa.Connection
) -> None:
    with unit_of_work(engine) as session:
        audit.record(session, None, "paint", "wall", "before", at=AT)
        outer = session.begin_nested()
        with session.begin_nested():
            audit.record(session, None, "burn", "wall", "inside", at=AT)
        outer.rollback()
    with Session(engine) as session:
        assert audit.latest(session)[0].ref == "before"
        assert audit.intact(session)


def test_a_row_that_was_refused_takes_no_act_along(engine: sa.Engine, trail: sa.Connection) -> None:
    with unit_of_work(engine) as session:
        audit.record(session, None, "paint", "wall", "before", at=AT)
        with pytest.raises(IntegrityError), session.begin_nested():  # noqa: PT012
            audit.record(session, None, "burn", "wall", "inside", at=AT)
            session.add(AuditHead(id=1, count=0, digest=""))
    with Session(engine) as session:
        assert audit.latest(session)[0].ref == "before"
        assert audit.intact(session)


def test_thousands_of_acts_of_one_transaction_stand_in_their_order(
    engine: sa.Engine, trail: object
) -> None:
    wanted = [f"a{n}" for n in range(2500)]
    with unit_of_work(engine) as session:
        for n, ref in enumerate(wanted):
            # Some by someone and some by nobody, with and without a detail.
            actor, detail = (UUID(int=n), {"n": str(n)}) if n % 3 else (None, None)
            audit.record(session, actor, "build", "ark", ref, at=AT, detail=detail)
    with Session(engine) as session:
        mine = sa.select(AuditEntry.ref).where(AuditEntry.kind == "ark")
        assert session.scalars(mine.order_by(AuditEntry.seq)).all() == wanted
        assert audit.intact(session)
