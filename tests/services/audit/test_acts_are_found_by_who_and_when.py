"""The audit trail is searched by who did what, on what and when."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services import audit
from services.audit import Wanted
from services.db import Session, unit_of_work
from tests.conftest import AT


def test_search_finds_by_who_what_on_what_and_when(engine: sa.Engine, trail: object) -> None:
    with unit_of_work(engine) as session:
        audit.record(session, None, "burn_down", "house", "h%1", at=AT, detail={"to": "ash"})

    def found(**wanted: Any) -> list[str]:
        return [row.ref for row in audit.latest(session, Wanted(**wanted))]

    with Session(engine) as session:
        assert found(verb="burn") == found(kind="hou") == found(ref="h%") == ["h%1"]
        assert found(verb="%") == found(verb="burn", kind="wall") == []
        assert found(actors=[UUID(int=3), UUID(int=5)]) == ["w5", "w3"]
        assert found(actors=[]) == []
        since, until = AT + timedelta(minutes=2), AT + timedelta(minutes=4)
        assert found(since=since, until=until) == ["w3", "w2"]
        (newest, before) = audit.latest(session, limit=2)
        assert (newest.ref, before.ref, newest.detail) == ("h%1", "w11", {"to": "ash"})
        assert found(before=before.seq)[0] == "w10"
