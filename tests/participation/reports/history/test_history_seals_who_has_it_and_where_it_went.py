"""Each step seals who has its report in hand and which it was joined into; what moves is found."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa

from participation.reports import actions, actions_merge
from participation.reports.actions_undo import withdraw_acts
from participation.reports.imports.arrivals import take_in
from participation.reports.models import Report
from participation.reports.queries import timeline
from participation.reports.routing import actions_removal
from participation.reports.routing.models import Body, Team
from participation.reports.rules import Status
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.publication import faults, published, told
from tests.people import HANA, SOYEON

BODY = "가로등공단"
NAMED = f"{BODY} · {BODY}"
HOUR = timedelta(hours=1)


@pytest.fixture
def three(engine: sa.Engine) -> sa.Engine:
    """Three open reports in the hands of one body."""
    with unit_of_work(engine) as session:
        arrivals = [msgspec.structs.replace(told(n, Status.OPEN), body=BODY) for n in range(3)]
        take_in(session, arrivals, at=AT)
    return engine


def numbered(session: Session, number: int) -> Report:
    return session.scalars(sa.select(Report).where(Report.source_id == str(number))).one()


def join(engine: sa.Engine, one: int, other: int, hours: int) -> None:
    with unit_of_work(engine) as session:
        pair = numbered(session, one), numbered(session, other)
        actions_merge.merge_report(session, SOYEON, *pair, at=AT + hours * HOUR)


def dissolve(engine: sa.Engine) -> UUID:
    """Dissolve the one team there is; return by what it is put back."""
    with unit_of_work(engine) as session:
        team = session.scalars(sa.select(Team.id)).one()
        return actions_removal.delete_team(session, HANA, team, at=AT + HOUR)


def put_back(engine: sa.Engine, removed: UUID) -> None:
    with unit_of_work(engine) as session:
        actions_removal.put_back(session, HANA, str(removed), at=AT + HOUR * 1.5)


def answer(engine: sa.Engine, number: int, status: Status, hours: int) -> None:
    at = AT + hours * HOUR
    with unit_of_work(engine) as session:
        actions.answer_report(session, SOYEON, numbered(session, number), status, "소식", at=at)


def steps_of(engine: sa.Engine, number: int, *names: str) -> list[tuple[Any, ...]]:
    """Return what the steps of a report say under these names."""
    with Session(engine) as session:
        key = str(numbered(session, number).id)
    (steps,) = (story["steps"] for story in published(engine)[0] if story["report"] == key)
    return [tuple(step[name] for name in names) for step in steps]


def ids(engine: sa.Engine) -> list[str]:
    with Session(engine) as session:
        return [str(numbered(session, n).id) for n in range(3)]


def test_what_is_joined_seals_which_it_goes_on_in(three: sa.Engine) -> None:
    join(three, 0, 1, hours=1)
    told = steps_of(three, 0, "kind", "merged_into", "team")
    assert told == [("opened", None, NAMED), ("merged", ids(three)[1], NAMED)]
    assert faults(three) == []


def test_what_is_sent_on_says_so_in_its_own_story(three: sa.Engine) -> None:
    join(three, 0, 1, hours=1)
    join(three, 1, 2, hours=2)
    _, one, two = ids(three)
    told = steps_of(three, 0, "kind", "status", "merged_into")
    assert told[1:] == [("merged", "closed", one), ("sent_on", None, two)]
    with Session(three) as session:
        shown = [entry.kind for entry in timeline(session, numbered(session, 0).id)]
    assert shown == ["opened", "merged", "sent_on"]
    assert faults(three) == []


def test_a_joining_taken_back_is_sealed_for_all_it_moved(three: sa.Engine) -> None:
    join(three, 0, 1, hours=1)
    join(three, 1, 2, hours=2)
    at = AT + 2 * HOUR
    with unit_of_work(three) as session:
        withdraw_acts(session, SOYEON, at, at=at + timedelta(seconds=4))
    _, one, two = ids(three)
    told = steps_of(three, 0, "kind", "of", "merged_into")
    assert told[2:] == [("sent_on", None, two), ("withdrawn", 3, one)]
    told = steps_of(three, 1, "kind", "of", "merged_into")
    assert told[1:] == [("merged", None, two), ("withdrawn", 2, None)]
    assert faults(three) == []
    join(three, 1, 2, hours=3)
    assert faults(three) == []


def test_a_team_dissolved_and_put_back_is_told_by_every_report_it_had(three: sa.Engine) -> None:
    removed = dissolve(three)
    assert steps_of(three, 0, "kind", "team") == [("opened", NAMED), ("handed", None)]
    assert faults(three) == []
    put_back(three, removed)
    assert steps_of(three, 2, "kind", "team")[2:] == [("handed", NAMED)]
    assert faults(three) == []


def test_what_was_turned_down_meanwhile_may_have_changed_hands(three: sa.Engine) -> None:
    """While it is hidden its steps say nothing; once shown again they say who has it then."""
    answer(three, 0, Status.REJECTED, hours=0)
    dissolve(three)
    assert steps_of(three, 0, "team")[1:] == [(None,), (None,)]
    answer(three, 0, Status.OPEN, hours=2)
    assert faults(three) == []


@pytest.mark.parametrize("name", ["team", "merged_into"])
def test_what_was_moved_is_still_found_when_the_report_goes_on(three: sa.Engine, name: str) -> None:
    """The next step seals what then stands; that none could change it stays to be seen."""
    with unit_of_work(three) as session:
        other = numbered(session, 2).id
        moved = {"team_id": None} if name == "team" else {"merged_into": other}
        own = sa.update(Report).where(Report.source_id == "0")
        session.execute(own.values(**moved))
    assert any(f"is shown with {name} " in fault for fault in faults(three))
    answer(three, 0, Status.OPEN, hours=1)
    assert any(f"says {name} " in fault for fault in faults(three))


def test_that_something_goes_on_in_another_than_was_said_is_found(three: sa.Engine) -> None:
    join(three, 0, 1, hours=1)
    for into in (None, ids(three)[2]):
        with unit_of_work(three) as session:
            own = sa.update(Report).where(Report.source_id == "0")
            session.execute(own.values(merged_into=UUID(into) if into else None))
        assert sum("is shown with merged_into" in fault for fault in faults(three)) == 2


def test_a_body_that_is_named_otherwise_is_found(three: sa.Engine) -> None:
    with unit_of_work(three) as session:
        session.execute(sa.update(Body).values(name="다른 곳"))
    assert sum("is shown with team 다른 곳 · " in fault for fault in faults(three)) == 6
