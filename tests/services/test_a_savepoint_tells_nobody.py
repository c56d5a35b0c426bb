"""What waits for a commit waits for the whole one: a savepoint's end tells nobody."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from participation.events.reports import ReportChanged
from services import clock, outbox, realtime
from services.db import Session, unit_of_work
from services.outbox.events import committed
from services.push import messages
from services.realtime import RealtimeChange, changes

ROOM = "tile:13/1/1"


def publish(session: Session) -> None:
    outbox.publish(session, ReportChanged(report_id=UUID(int=1), what="x"), at=clock.now())


def notice(session: Session) -> None:
    session.info["noticed"] = True


def nudge(session: Session, name: str = "one") -> None:
    realtime.nudge(session, ROOM, {"id": name})


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what the pages were told."""
    names: list[str] = []

    def listen(told: list[changes.Told]) -> None:
        names.extend(item["id"] for _, _, item in told)

    monkeypatch.setattr(changes, "listeners", [listen])
    return names


@pytest.fixture
def woken(heard: list[str]) -> Iterator[Callable[[], int]]:
    """How many of the workers, the sender of notices and the pages were told."""
    ear = committed.ear()
    messages.waiting.clear()
    yield lambda: ear.is_set() + messages.waiting.is_set() + bool(heard)
    messages.waiting.clear()


@pytest.mark.parametrize("tell", [publish, notice, nudge])
def test_all_are_told_at_the_commit(
    engine: sa.Engine, woken: Callable[[], int], tell: Callable[[Session], None]
) -> None:
    with unit_of_work(engine) as session:
        with session.begin_nested():
            tell(session)
        assert woken() == 0
        with session.begin_nested():
            session.execute(sa.select(1))
        assert woken() == 0
    assert woken() == 1


def test_the_pages_hear_nothing_of_what_was_undone_and_all_of_the_rest(
    engine: sa.Engine, heard: list[str]
) -> None:
    with unit_of_work(engine) as session:
        nudge(session, "before")
        inner = session.begin_nested()
        nudge(session, "inside")
        inner.rollback()
        nudge(session, "after")
    assert heard == ["before", "after"]


def test_a_savepoint_takes_along_what_was_kept_within_it(
    engine: sa.Engine, heard: list[str]
) -> None:
    with unit_of_work(engine) as session:
        nudge(session, "before")
        outer = session.begin_nested()
        with session.begin_nested():
            nudge(session, "inside")
        outer.rollback()
    assert heard == ["before"]


def test_a_row_that_was_refused_takes_no_news_along(engine: sa.Engine, heard: list[str]) -> None:
    with unit_of_work(engine) as session:
        nudge(session, "before")
        taken = session.scalars(sa.select(RealtimeChange.seq)).one()
        again = RealtimeChange(seq=taken, room=ROOM, item=b"{}", at=clock.now())
        session.expunge_all()
        with pytest.raises(IntegrityError), session.begin_nested():  # noqa: PT012
            nudge(session, "inside")
            session.add(again)
    assert heard == ["before"]


def test_nothing_is_left_of_a_whole_that_was_undone(engine: sa.Engine, heard: list[str]) -> None:
    with Session(engine) as session:
        nudge(session, "undone")
        session.rollback()
        nudge(session, "kept")
        session.commit()
    assert heard == ["kept"]
