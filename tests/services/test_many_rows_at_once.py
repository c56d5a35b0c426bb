"""Many rows in one statement are the rows that were given, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from participation.accounts.models import Person
from participation.alerts.models import Alert, AlertHit
from services.db import Session, insert_many
from tests.people import MINJI

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def alerts(session: Session) -> list[UUID]:
    assert MINJI.id is not None
    assert session.get(Person, MINJI.id)
    row = {"person_id": MINJI.id, "kind": "city", "label": "말 '\"{},\\", "categories": ""}
    row |= {"way": "push", "active": True, "since": AT}
    keys = [uuid4() for _ in range(3)]
    insert_many(session, Alert, [row | {"id": key} for key in keys])
    return keys


def hits(alerts: list[UUID], **more: Any) -> list[dict[str, Any]]:
    same = {"report_id": uuid4(), "way": "push", "found_at": AT}
    return [
        {"alert_id": key, "due_at": AT + timedelta(hours=n), "told_at": None} | same | more
        for n, key in enumerate(alerts)
    ]


def test_what_differs_and_what_all_share_is_kept(session: Session, alerts: list[UUID]) -> None:
    given = hits(alerts)
    given[1]["told_at"] = AT
    insert_many(session, AlertHit, given)
    kept = {one.alert_id: one for one in session.scalars(select(AlertHit))}
    assert len(kept) == len(given)
    for row in given:
        assert {name: getattr(kept[row["alert_id"]], name) for name in row} == row
        assert kept[row["alert_id"]].digest_id is None
    labels = session.scalars(select(Alert.label)).all()
    assert set(labels) == {"말 '\"{},\\"}


def test_one_row_and_none(session: Session, alerts: list[UUID]) -> None:
    insert_many(session, AlertHit, [])
    assert session.scalars(select(AlertHit)).all() == []
    insert_many(session, AlertHit, hits(alerts[:1]))
    assert len(session.scalars(select(AlertHit)).all()) == 1


def test_a_naive_moment_is_refused(session: Session, alerts: list[UUID]) -> None:
    naive = datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001
    with pytest.raises(Exception, match="naive datetime"):
        insert_many(session, AlertHit, hits(alerts, due_at=naive))
