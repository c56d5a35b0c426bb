"""Whatever is changed in a published history is found: every field, every step, every place.

The first half changes what was published; the second what stands in the database, past the
application, and asks what the city would publish then.
"""

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from participation.reports.history.jobs import keep_history
from participation.reports.history.models import HistoryHead, HistoryStep
from participation.reports.history.rules import FORMAT, Link, canonical, commitment, digest
from participation.reports.models import Report, ReportEntry
from services.db import unit_of_work
from static.history import verify
from tests.conftest import AT
from tests.participation.reports.history import test_history_is_chained as chained

story = chained.story
STEPS, ENTRIES = HistoryStep.__table__, ReportEntry.__table__
REPORTS, HEADS = Report.__table__, HistoryHead.__table__
OTHER = {
    "seq": 99,
    "position": 99,
    "at": "2026-11-02T09:00:00.000001+00:00",
    "of": 1,
    "salt": "00" * 16,
    "report": str(uuid4()),
}


def changed(value: Any, name: str) -> Any:
    """Return another value than `value` that fits the field."""
    if name in OTHER:
        return OTHER[name]
    if isinstance(value, str) and len(value) == 64:
        return ("0" if value[0] != "0" else "1") + value[1:]
    return "other"


def found(told: verify.Found, kept: dict[str, Any] | None = None) -> bool:
    return verify.check(told, [kept] if kept else [])[0] != []


def test_every_field_of_every_step(story: sa.Engine) -> None:
    whole = chained.published(story)
    assert not found(whole)
    missed, tried = [], 0
    for part, number in itertools.product((0, 1), range(5)):
        for name in list(whole[part][0]["steps"][number]):
            told = copy.deepcopy(whole)
            step = told[part][0]["steps"][number]
            step[name] = changed(step[name], name)
            tried += 1
            if not found(told):
                missed.append((part, number, name))
            del step[name]
            tried += 1
            if not found(told) and name not in ("salt", "text"):
                missed.append((part, number, "without " + name))
    assert tried == 2 * 5 * (12 + 14)
    assert missed == []


def places(steps: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield every removal, swap, repetition, foreign step and cut of a chain."""
    count = len(steps)
    for n in range(count):
        yield f"without {n}", steps[:n] + steps[n + 1 :]
        yield f"{n} twice", [*steps[: n + 1], *steps[n:]]
        forged = steps[n] | {"kind": "answer", "commitment": "0" * 64}
        yield f"forged at {n}", [*steps[:n], forged, *steps[n:]]
        yield f"cut at {n}", steps[:n]
        yield f"begun at {n + 1}", steps[n + 1 :]
    for one, other in itertools.combinations(range(count), 2):
        mixed = list(steps)
        mixed[one], mixed[other] = mixed[other], mixed[one]
        yield f"{one} and {other} swapped", mixed


@pytest.mark.parametrize("part", [0, 1], ids=["report", "city"])
def test_every_place_of_a_step(story: sa.Engine, part: int) -> None:
    whole = chained.published(story)
    missed = []
    for name, steps in places(whole[part][0]["steps"]):
        told = copy.deepcopy(whole)
        told[part][0]["steps"] = steps
        if not found(told):
            missed.append(name)
    assert missed == []


def shown(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what pages must show for nothing to be odd; who owns the machine shows just that."""
    if not steps:
        return {}
    given = [step["status"] for step in steps if step["status"]]
    return {steps[0]["report"]: {"status": given[-1], "opened_at": steps[0]["at"]}}


def rewritten(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return steps with all digests made anew, as one who owns the machine could."""
    city, made = verify.FIRST, []
    for number, step in enumerate(steps, 1):
        one = step | {"seq": number, "position": number, "before": city, "city_before": city}
        city = one["digest"] = verify.digest(one)
        made.append(one)
    return made


@pytest.mark.parametrize("cut", range(6))
def test_a_chain_written_anew_as_a_whole_is_found_by_a_kept_head(
    story: sa.Engine, cut: int
) -> None:
    """Also when it is only cut at its end: nothing in it is odd, but it has not that end."""
    _, pages, heads = chained.published(story)
    assert heads is not None
    kept = heads["head"]
    steps = copy.deepcopy(pages[0]["steps"])
    if cut == 5:
        steps[2]["status"] = "closed"
    made = rewritten(steps[:cut] if cut < 5 else steps)
    head = {"count": len(made), "digest": made[-1]["digest"] if made else verify.FIRST}
    told = [], [pages[0] | {"steps": made, "states": shown(made)}], heads | {"head": head}
    assert not found(told)
    assert found(told, kept)


def edits() -> Iterator[tuple[str, Callable[[sa.Connection], object]]]:
    """Yield every change of a row that is shown or proves something."""
    entry = sa.select(ENTRIES.c.id).where(ENTRIES.c.kind == "disputed").scalar_subquery()
    shown = {"kind": "answer", "status": "fixed", "text": "다 좋아요", "role": "staff"}
    shown |= {"at": AT + timedelta(days=3), "public": False}
    for name, value in shown.items():
        yield f"entry {name}", _set(ENTRIES, ENTRIES.c.id == entry, name, value)
    linked = {"kind": "answer", "status": "fixed", "role": "staff", "of": 2, "salt": "11" * 16}
    linked |= {"at": AT, "entry_id": uuid4(), "commitment": "a" * 64}
    linked |= {"digest": "d" * 64, "report_id": uuid4(), "position": 9}
    for name, value in (linked | {"seq": 77}).items():
        yield f"step {name}", _set(STEPS, STEPS.c.seq == 4, name, value)
    for seq in range(1, 6):
        yield f"no step {seq}", lambda c, n=seq: c.execute(sa.delete(STEPS).where(STEPS.c.seq == n))
    yield "no entry", lambda c: c.execute(sa.delete(ENTRIES).where(ENTRIES.c.id == entry))
    everything = {"status": "closed", "title": "다른 말", "text": "다른 말"}
    everything |= {"opened_at": AT - timedelta(days=1)}
    for name, value in everything.items():
        yield f"report {name}", _set(REPORTS, sa.true(), name, value)
    yield "no report", _without_report
    yield "a forged entry", _forged_entry
    yield "a forged step", _forged_step
    yield "two entries change places", lambda c: _swap(c, ENTRIES, ENTRIES.c.kind == "answer")
    yield "two steps change places", lambda c: _swap(c, STEPS, STEPS.c.seq.in_((2, 3)))
    yield "head digest", _set(HEADS, sa.true(), "digest", "d" * 64)
    yield "head count", _set(HEADS, sa.true(), "count", 3)


def _without_report(connection: sa.Connection) -> None:
    """Take the report out with all that is shown of it; only the chain still knows."""
    for name in ("report_asking", "report_follow", "report_entry", "report_unpromised", "report"):
        connection.exec_driver_sql(f"DELETE FROM {name}")


def _forged_entry(connection: sa.Connection) -> None:
    row = connection.execute(sa.select(ENTRIES).where(ENTRIES.c.kind == "answer")).first()
    assert row is not None
    connection.execute(sa.insert(ENTRIES).values(**{**row._mapping, "id": uuid4()}))


def _forged_step(connection: sa.Connection) -> None:
    row = connection.execute(sa.select(STEPS).where(STEPS.c.seq == 5)).first()
    assert row is not None
    more = {"seq": 6, "position": 6, "entry_id": uuid4(), "status": "closed"}
    connection.execute(sa.insert(STEPS).values(**{**row._mapping, **more}))


def _swap(connection: sa.Connection, table: sa.FromClause, which: Any) -> None:
    """Let two rows trade what they say, words and moment."""
    assert isinstance(table, sa.Table)
    key = table.primary_key.columns.values()[0]
    one, other = connection.execute(sa.select(table).where(which).limit(2)).all()
    said = [name for name in ("at", "text", "status", "commitment", "salt") if name in table.c]
    for row, told in ((one, other), (other, one)):
        values = {name: told._mapping[name] for name in said}
        mine = key == row._mapping[key.name]
        connection.execute(sa.update(table).where(mine).values(values))


def _set(table: sa.FromClause, which: Any, name: str, value: Any) -> Callable[..., object]:
    assert isinstance(table, sa.Table)
    return lambda connection: connection.execute(
        sa.update(table).where(which).values({name: value})
    )


def test_every_change_of_a_row(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        keep_history(session, AT)
    missed, tried = [], 0
    for name, change in edits():
        with story.connect() as connection:
            change(connection)
            tried += 1
            if not _found_in(connection):
                missed.append(name)
            connection.rollback()
    assert tried == 35
    assert missed == []


def _found_in(connection: sa.Connection) -> bool:
    """Say whether what the city publishes from then on, with its next look, is found odd."""
    with chained.Session(bind=connection, join_transaction_mode="rollback_only") as session:
        keep_history(session, AT + timedelta(minutes=10))
        session.flush()
        return found(chained.told_by(session))


def test_a_step_put_in_past_the_chain(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        report = chained.report_of(session)
        values = {"id": uuid4(), "report_id": report.id, "at": AT, "kind": "answer"}
        values |= {"status": "fixed", "text": "", "role": "staff", "public": True}
        session.execute(sa.insert(ENTRIES).values(values))
    assert any("stand in no chain" in fault for fault in chained.faults(story))


def test_a_report_deleted_with_all_its_steps(story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        chained.take_in(session, [chained.told(8)], at=AT)
    kept = chained.published(story)[2]
    with story.begin() as connection:
        connection.exec_driver_sql("DELETE FROM report_history WHERE seq <= 5")
    assert chained.faults(story) != []
    stories, pages, _ = chained.published(story)
    assert found((stories, pages, kept))


def test_script_and_application_do_the_same_sums(story: sa.Engine) -> None:
    for step in chained.published(story)[0][0]["steps"]:
        link = Link(**{name: step[name] for name in verify.COVERED})
        assert digest(link) == verify.digest(step) == step["digest"]
        assert commitment(step["salt"], step["text"]) == step["commitment"]
        assert json.loads(canonical(link))["format"] == FORMAT == verify.FORMAT


def test_the_form_of_a_step_never_changes() -> None:
    """Digests of years ago must still be found right: this one was computed once, by hand."""
    link = Link(
        at="2026-11-02T09:00:00.000000+00:00",
        before="0" * 64,
        city_before="0" * 64,
        commitment="a" * 64,
        kind="opened",
        of=None,
        position=1,
        report="5f0c6d0e-0000-4000-8000-000000000001",
        role="resident",
        seq=1,
        status="open",
    )
    text = (
        '{"at":"2026-11-02T09:00:00.000000+00:00","before":"' + "0" * 64 + '","city_before":"'
        + "0" * 64 + '","commitment":"' + "a" * 64 + '","format":"madang-history-1",'
        '"kind":"opened","of":null,"position":1,"report":"5f0c6d0e-0000-4000-8000-000000000001","role":"resident",'
        '"seq":1,"status":"open"}'
    )  # fmt: skip
    assert canonical(link) == text.encode()
