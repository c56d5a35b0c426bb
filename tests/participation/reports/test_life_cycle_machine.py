"""Whatever people and staff do to reports in whatever order, what is stored of them agrees."""

import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, func, select

from participation.accounts import actions as accounts
from participation.reports import actions, actions_merge, actions_undo
from participation.reports.blocks import actions as blocks_actions
from participation.reports.clusters import age_clusters, rebuild_clusters
from participation.reports.history.models import HistoryStep
from participation.reports.models import REPORT_CLUSTER, Report, ReportEntry, ReportFollow
from participation.reports.rules import (
    ENDED,
    NEXT,
    PUBLIC,
    Category,
    Status,
    shelf_of,
    staff_moves,
)
from participation.reports.settling import actions as settling_actions
from services.db import Session, make_engine, unit_of_work
from services.errors import DomainError
from services.maps import morton
from services.maps.index import COARSEST, FINEST
from tests.people import JUN, MINJI, PEOPLE, SOYEON

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WRITERS = (MINJI, JUN, PEOPLE["okja"])
PLACES = ((34.2100, 127.9100), (34.2101, 127.9101), (34.2500, 127.9500))
who = st.sampled_from(WRITERS)


class Lives(RuleBasedStateMachine):
    """Reports on a real database, and beside it what their stories should be.

    `stories` holds (moment, status) of each public step that carries a status, in order.
    """

    connection: Connection
    reports = Bundle("reports")

    def __init__(self) -> None:
        super().__init__()
        self._all = self.connection.begin()
        self.session = Session(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.at = START
        self.stories: dict[UUID, list[tuple[datetime, Status]]] = {}
        self.keys: dict[tuple[Any, str], UUID] = {}
        self.merged: set[UUID] = set()

    def teardown(self) -> None:
        self.session.close()
        self._all.rollback()

    def _do(self, change: Any, *args: Any, **more: Any) -> Any:
        """Do something a few seconds later; return what it gives, None where it was refused."""
        self.at += timedelta(seconds=3)
        try:
            done = change(self.session, *args, at=self.at, **more)
            self.session.commit()
        except DomainError:
            self.session.rollback()
            self.session.expire_all()
            return None
        return True if done is None else done

    def _report(self, report_id: UUID) -> Report:
        return self.session.get_one(Report, report_id)

    def _status(self, report_id: UUID) -> Status:
        return Status(self.session.scalar(select(Report.status).where(Report.id == report_id)))

    def _now(self, report_id: UUID) -> Status:
        story = self.stories[report_id]
        return story[-1][1] if story else Status.HELD

    @rule(
        target=reports,
        person=who,
        key=st.sampled_from(["key-one1", "key-two2"]),
        place=st.sampled_from(PLACES),
        held=st.booleans(),
    )
    def open(self, person: Any, key: str, place: tuple[float, float], held: bool) -> Any:
        new = actions.NewReport(
            category=Category.LITTER,
            text="봉투",
            lat=place[0],
            lon=place[1],
            idempotency_key=key,
            held=held,
        )
        report_id = self._do(actions.open_report, person, new)
        known = self.keys.setdefault((person.id, key), report_id)
        assert known == report_id, "the same tap made two reports"
        if report_id in self.stories:
            return multiple()
        self.stories[report_id] = [] if held else [(self.at, Status.OPEN)]
        return report_id

    @rule(report_id=reports, status=st.sampled_from(Status), text=st.sampled_from(["", "갑니다"]))
    def answer(self, report_id: UUID, status: Status, text: str) -> None:
        now = self._now(report_id)
        joined = self._report(report_id).merged_into is not None
        again = status == now and bool(text) and now is not Status.HELD
        may = again or (status in staff_moves(now) and not joined)
        done = self._do(actions.answer_report, SOYEON, self._report(report_id), status, text)
        assert (done is not None) == may
        if may:
            self._moved(report_id, now, status)

    def _moved(self, report_id: UUID, now: Status, status: Status) -> None:
        assert status == now or status in NEXT[now]
        assert self._status(report_id) == status
        story = self.stories[report_id]
        if now not in PUBLIC and status in PUBLIC and (not story or story[0][1] != Status.OPEN):
            story.insert(0, (START, Status.OPEN))
        story.append((self.at, status))

    @rule(report_id=reports, reason=st.sampled_from(["", "얼굴이 보여요"]))
    def reject(self, report_id: UUID, reason: str) -> None:
        now = self._now(report_id)
        may = bool(reason) and Status.REJECTED in (now, *staff_moves(now))
        done = self._do(actions.reject_report, SOYEON, self._report(report_id), reason)
        assert (done is not None) == may
        if may:
            self._moved(report_id, now, Status.REJECTED)

    @rule(report_id=reports)
    def let_through(self, report_id: UUID) -> None:
        now = self._now(report_id)
        moved = self._do(blocks_actions.let_through, SOYEON, [self._report(report_id)])
        assert moved == (now is Status.HELD)
        if moved:
            self._moved(report_id, now, Status.OPEN)

    @rule(report_id=reports, into=reports)
    def merge(self, report_id: UUID, into: UUID) -> None:
        now, goal, both = self._now(report_id), self._now(into), {report_id, into}
        closes = now is Status.CLOSED or Status.CLOSED in staff_moves(now)
        takes = goal in PUBLIC and goal not in ENDED
        may = len(both) == 2 and not both & self.merged and closes and takes
        pair = self._report(report_id), self._report(into)
        assert (self._do(actions_merge.merge_report, SOYEON, *pair) is not None) == may
        if may:
            self.merged.add(report_id)
            self._moved(report_id, now, Status.CLOSED)

    @rule(report_id=reports, person=who, settled=st.booleans())
    def judge(self, report_id: UUID, person: Any, settled: bool) -> None:
        now, report = self._now(report_id), self._report(report_id)
        done = self._do(settling_actions.judge_report, person, report, "", settled=settled)
        assert done is None or now in (Status.FIXED, Status.CLOSED)
        if done is not None and not settled:
            self._moved(report_id, now, Status.DISPUTED)

    @rule(report_id=reports)
    def undo(self, report_id: UUID) -> None:
        story = self.stories[report_id]
        given_at, last = story[-1] if story else (START, Status.HELD)
        may = len(story) > 1 and given_at > self.at - timedelta(seconds=10)
        may = may and self._may_go_back(report_id, given_at) and last is not Status.DISPUTED
        done = self._do(actions_undo.withdraw_answers, SOYEON, given_at)
        assert (done is not None) == may
        if may:
            story.pop()

    def _may_go_back(self, report_id: UUID, given_at: datetime) -> bool:
        late = self.at + timedelta(seconds=3) - given_at > timedelta(seconds=10)
        return report_id not in self.merged and not late

    @rule(report_id=reports, person=who, stop=st.booleans())
    def follow(self, report_id: UUID, person: Any, stop: bool) -> None:
        change = actions.unfollow_report if stop else actions.follow_report
        assert self._do(change, person, self._report(report_id)) is not None

    @rule(person=who)
    def erase(self, person: Any) -> None:
        for domain in (settling_actions, blocks_actions, actions):
            domain.erase_person(self.session, person.id, self.at)
        self.session.commit()
        self.keys = {key: one for key, one in self.keys.items() if key[0] != person.id}
        mine = select(func.count(Report.id)).where(Report.reporter_id == person.id)
        said = (
            select(func.count()).select_from(ReportEntry).where(ReportEntry.actor_id == person.id)
        )
        assert self.session.scalar(mine) == self.session.scalar(said) == 0

    @invariant()
    def the_row_is_as_the_story_says(self) -> None:
        for report in self._rows():
            assert report.status == self._now(report.id)
            assert report.ended_at == self._settled_at(report.id)

    def _settled_at(self, report_id: UUID) -> datetime | None:
        """When it went from waiting to settled, as the story tells it."""
        since = None
        for at, status in self.stories[report_id]:
            since = (since or at) if status in ENDED else None
        return since

    @invariant()
    def the_stored_story_and_its_chain_end_where_the_report_is(self) -> None:
        entry, step = ReportEntry, HistoryStep
        told = select(entry.report_id, entry.status).where(entry.status.is_not(None), entry.public)
        chained = select(step.report_id, step.status).where(step.status.is_not(None))
        ends = {one: story[-1][1].value for one, story in self.stories.items() if story}
        for query in (
            told.where(entry.status.is_not(None)),
            chained.where(step.status.is_not(None)),
        ):
            assert {row[0]: row[1] for row in self.session.execute(query)} == ends

    @invariant()
    def followers_are_as_many_as_their_rows(self) -> None:
        query = select(ReportFollow.report_id, func.count()).group_by(ReportFollow.report_id)
        counted = {row[0]: row[1] for row in self.session.execute(query)}
        assert {r.id: r.followers for r in self._rows() if r.followers} == counted

    @invariant()
    def clusters_count_what_the_map_shows_where_it_belongs(self) -> None:
        seen: Counter[tuple[int, int, int, str]] = Counter()
        for report in self._rows():
            cell = morton(report.lon, report.lat)
            assert report.cell == cell
            status, merged = Status(report.status), report.id in self.merged
            assert (report.shelf > 0) == (status in PUBLIC and not merged)
            if report.shelf:
                assert (report.shelf in (3, 4)) == (status in ENDED)
            for zoom in range(COARSEST, FINEST + 1):
                shift = 2 * (26 - zoom - 2)
                seen[zoom, cell >> shift, report.shelf, report.category] += report.shelf > 0
        assert self._counted() == dict(+seen)

    def _counted(self) -> dict[tuple[Any, ...], int]:
        c = REPORT_CLUSTER.c
        rows = self.session.execute(
            select(c.zoom, c.cell, c.shelf, c.category, c.n).where(c.n != 0)
        )
        return {tuple(row[:4]): row.n for row in rows}

    @rule(days=st.sampled_from([1, 29, 31]))
    def days_pass(self, days: int) -> None:
        self.at += timedelta(days=days)
        age_clusters(self.session, self.at)
        self.session.commit()
        for report in self._rows():
            merged = report.merged_into is not None
            life = (Status(report.status), report.opened_at, report.ended_at)
            assert report.shelf == shelf_of(*life, merged=merged, at=self.at)

    @rule()
    def count_all_anew(self) -> None:
        before = self._counted()
        shown = rebuild_clusters(self.session, self.at)
        self.session.commit()
        assert shown == sum(r.shelf > 0 for r in self._rows())
        age_clusters(self.session, self.at)
        assert self._ageless(self._counted()) == self._ageless(before)

    def _ageless(self, counted: dict[tuple[Any, ...], int]) -> Counter[tuple[Any, ...]]:
        """Return counts without their age: what grew old meanwhile moves with any step."""
        found: Counter[tuple[Any, ...]] = Counter()
        for (zoom, cell, shelf, category), n in counted.items():
            found[zoom, cell, shelf > 2, category] += n
        return found

    def _rows(self) -> list[Report]:
        self.session.expire_all()
        return list(self.session.scalars(select(Report)))


def test_every_life_agrees_with_its_table(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "lives.db"
    shutil.copy(migrated_file, path)
    engine = make_engine(f"sqlite:///{path}")
    with unit_of_work(engine) as session:
        accounts.ensure_cast(session, START)
    with engine.connect() as connection:
        machine = type("TheseLives", (Lives,), {"connection": connection})
        run_state_machine_as_test(
            machine, settings=settings(max_examples=50, stateful_step_count=25, deadline=None)
        )
    engine.dispose()
