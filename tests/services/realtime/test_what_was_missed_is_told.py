"""A page that slept hears what it missed, as long as that is kept; else it is told to read anew."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services import clock, realtime
from services.db import Session, unit_of_work
from services.realtime import RealtimeChange, changes

ROOM, OTHER = "tile:13/1/1", "tile:13/2/2"


def tell(session: Session, count: int, room: str = ROOM) -> None:
    for number in range(count):
        realtime.nudge(session, room, {"kind": "x", "id": str(number)})
    session.commit()


def ids(missed: list[dict[str, object]] | None) -> list[object]:
    assert missed is not None
    return [item["id"] for item in missed]


def backdate(session: Session, age: timedelta) -> None:
    session.execute(sa.update(RealtimeChange).values(at=clock.now() - age))
    session.commit()


def test_only_what_came_after_the_cursor_and_only_of_the_room(session: Session) -> None:
    tell(session, 2)
    backdate(session, timedelta(minutes=5))
    tell(session, 1, OTHER)
    cursor = changes.newest(session)
    tell(session, 3)
    tell(session, 4, OTHER)
    missed = changes.missed_after(session, ROOM, cursor)
    assert ids(missed) == ["0", "1", "2"]
    assert missed is not None
    assert [item["seq"] for item in missed] == sorted(item["seq"] for item in missed)


def test_a_row_that_became_visible_late_is_not_lost(session: Session) -> None:
    """Two transactions take numbers 9 and 10; 10 commits first, and a page hears it."""
    now = clock.now()
    session.add(RealtimeChange(seq=10, room=ROOM, item=b'{"id":"ten"}', at=now))
    session.commit()
    session.add(RealtimeChange(seq=9, room=ROOM, item=b'{"id":"nine"}', at=now))
    session.commit()
    assert ids(changes.missed_after(session, ROOM, 10)) == ["nine", "ten"]


def test_a_page_hears_what_happened_while_it_was_loading(session: Session) -> None:
    tell(session, 1)
    backdate(session, timedelta(minutes=5))
    tell(session, 1)
    drawn = clock.now() - timedelta(seconds=3)
    assert ids(changes.missed_since(session, ROOM, drawn)) == ["0"]
    assert changes.missed_since(session, ROOM, clock.now() - timedelta(hours=2)) is None


def test_too_much_to_say_means_reading_anew(session: Session) -> None:
    tell(session, changes.MOST)
    assert len(changes.missed_after(session, ROOM, 0) or []) == changes.MOST
    tell(session, 1)
    assert changes.missed_after(session, ROOM, 0) is None


def test_what_is_older_than_an_hour_is_forgotten_but_the_cursor_stays(session: Session) -> None:
    tell(session, 3)
    cursor = changes.newest(session)
    backdate(session, timedelta(hours=2))
    changes.sweep(session, clock.now())
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(RealtimeChange)) == 1
    assert changes.newest(session) == cursor
    assert changes.missed_after(session, ROOM, 0) is None
    assert changes.missed_after(session, ROOM, cursor) is not None


def test_what_is_rolled_back_is_told_to_nobody(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    monkeypatch.setattr(changes, "listeners", [heard.append])
    with pytest.raises(ZeroDivisionError), unit_of_work(engine) as session:  # noqa: PT012
        realtime.nudge(session, ROOM, {"kind": "x"})
        raise ZeroDivisionError
    with unit_of_work(engine) as session:
        assert heard == []
        realtime.nudge(session, ROOM, {"kind": "y"})
    assert len(heard) == 1


@pytest.mark.parametrize("cursor", [1 << 31, 1 << 40, (1 << 62) - 1])
def test_a_cursor_from_nowhere_is_no_error(session: Session, cursor: int) -> None:
    tell(session, 1)
    assert changes.missed_after(session, ROOM, cursor) is not None
