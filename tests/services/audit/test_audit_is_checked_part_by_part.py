"""The audit trail is checked on and on, a part at a time: what was changed is found."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services import audit
from services.audit import AuditEntry, AuditHead, checking
from services.audit.trail import digest_of
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.services.audit.acts import ACTS, HEAD, TABLE, numbers


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of five acts: a pass over twelve takes three turns."""
    monkeypatch.setattr(checking, "AT_ONCE", 5)


def turns(engine: sa.Engine, many: int, at: datetime = AT) -> None:
    for _ in range(many):
        with unit_of_work(engine) as session:
            audit.check_on(session, at)


def last_check(engine: sa.Engine) -> audit.Checked | None:
    with Session(engine) as session:
        return audit.checked(session)


@pytest.mark.usefixtures("part")
def test_the_trail_is_checked_part_by_part(engine: sa.Engine, trail: sa.Connection) -> None:
    turns(engine, 2)
    assert last_check(engine) is None
    turns(engine, 1)
    assert last_check(engine) == audit.Checked(True, ACTS, AT)
    with unit_of_work(engine) as session:
        audit.record(session, None, "paint", "wall", "more", at=AT)
    later = AT + timedelta(hours=1)
    turns(engine, 2, later)
    assert last_check(engine) == audit.Checked(True, ACTS, AT)
    turns(engine, 1, later)
    assert last_check(engine) == audit.Checked(True, ACTS + 1, later)


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("row", range(ACTS))
def test_a_check_finds_each_act_that_was_changed_or_removed(
    engine: sa.Engine, trail: sa.Connection, row: int
) -> None:
    seq = numbers(trail)[row]
    change = sa.delete(TABLE) if row % 2 else sa.update(TABLE).values(ref="other")
    trail.execute(change.where(TABLE.c.seq == seq))
    trail.commit()
    turns(engine, 3)
    found = last_check(engine)
    assert found is not None
    assert not found.intact


@pytest.mark.usefixtures("part")
def test_a_check_finds_an_act_that_was_slipped_in_at_the_end(
    engine: sa.Engine, trail: sa.Connection
) -> None:
    last = trail.execute(sa.select(TABLE).order_by(TABLE.c.seq.desc()).limit(1)).one()
    row = dict(last._mapping) | {"seq": last.seq + 1, "ref": "slipped in"}
    entry = AuditEntry(**{name: value for name, value in row.items() if name != "digest"})
    with Session(engine) as session:
        before = session.scalars(sa.select(AuditEntry).where(AuditEntry.seq == last.seq)).one()
        entry.at = before.at
    trail.execute(sa.insert(TABLE).values(row | {"digest": digest_of(last.digest, entry)}))
    trail.commit()
    turns(engine, 3)
    found = last_check(engine)
    assert found is not None
    assert not found.intact


def test_an_act_that_comes_while_a_part_is_checked_breaks_nothing(
    engine: sa.Engine, trail: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Session.get

    def get(session: Session, entity: Any, key: Any, **more: Any) -> Any:
        """After the head was read, and before the acts are: another act comes."""
        found = ask(session, entity, key, **more)
        if entity is AuditHead and not came:
            came.append(1)
            with unit_of_work(engine) as other:
                audit.record(other, None, "paint", "wall", "meanwhile", at=AT)
        return found

    came: list[int] = []
    monkeypatch.setattr(Session, "get", get)
    turns(engine, 1)
    monkeypatch.undo()
    assert came == [1]
    assert last_check(engine) == audit.Checked(True, ACTS, AT)


def test_an_empty_trail_is_whole(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.delete(TABLE))
        connection.execute(sa.delete(HEAD))
    turns(engine, 1)
    assert last_check(engine) == audit.Checked(True, 0, AT)
