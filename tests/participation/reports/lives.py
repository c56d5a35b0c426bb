"""What people and staff do to reports, in any order, and the stories that should come of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, multiple, rule
from sqlalchemy import Connection, func, select

from participation.reports import actions, actions_merge, actions_undo
from participation.reports.blocks import actions as blocks_actions
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import (
    ENDED,
    NEXT,
    NEXT_JOINED,
    PUBLIC,
    Category,
    Status,
    staff_moves,
)
from participation.reports.settling import actions as settling_actions
from services.db import Session
from services.errors import DomainError
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
        # When what nobody had seen was let into the open: that is not taken back.
        self.shown_at: dict[UUID, datetime] = {}
        self.merged: set[UUID] = set()
        # When each was joined, and into which one after the other it has gone since.
        self.joined: dict[UUID, tuple[datetime, list[UUID]]] = {}

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
        may = again or status in staff_moves(now, joined=joined)
        done = self._do(actions.answer_report, SOYEON, self._report(report_id), status, text)
        assert (done is not None) == may
        if may:
            self._moved(report_id, now, status)

    def _moved(self, report_id: UUID, now: Status, status: Status) -> None:
        joined = report_id in self.merged and report_id in self.joined
        ways = NEXT_JOINED if joined and self.joined[report_id][0] != self.at else NEXT
        assert status == now or status in ways[now]
        assert self._status(report_id) == status
        story = self.stories[report_id]
        if now not in PUBLIC and status in PUBLIC and (not story or story[0][1] != Status.OPEN):
            story.insert(0, (START, Status.OPEN))
            self.shown_at[report_id] = self.at
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
            for _, way in self.joined.values():
                if way[-1] == report_id:
                    way.append(into)
            self.joined[report_id] = (self.at, [into])
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
        may = may and not (len(story) == 2 and self.shown_at.get(report_id) == given_at)
        done = self._do(actions_undo.withdraw_acts, SOYEON, given_at)
        assert (done is not None) == may
        if may:
            story.pop()
            if self.joined.get(report_id, (None,))[0] == given_at:
                self._set_apart(report_id)

    def _may_go_back(self, report_id: UUID, given_at: datetime) -> bool:
        late = self.at + timedelta(seconds=3) - given_at > timedelta(seconds=10)
        joined_at, way = self.joined.get(report_id, (given_at, [report_id]))
        return (joined_at != given_at or len(way) == 1) and not late

    def _set_apart(self, report_id: UUID) -> None:
        """Undo a joining: what was sent on by it comes back."""
        self.merged.discard(report_id)
        into = self.joined.pop(report_id)[1][0]
        for _, way in self.joined.values():
            if way[-2:] == [report_id, into]:
                way.pop()

    @rule(report_id=reports)
    def unmerge(self, report_id: UUID) -> None:
        story = self.stories[report_id]
        joined_at, way = self.joined.get(report_id, (None, []))
        joined = [n for n, (at, _) in enumerate(story) if at == joined_at]
        may = report_id in self.merged and len(way) == 1 and self._only_hidden(story[joined[0] :])
        done = self._do(actions_undo.unmerge_report, PEOPLE["taeho"], self._report(report_id))
        assert (done is not None) == may
        if may:
            del story[joined[0] :]
            self._set_apart(report_id)

    def _only_hidden(self, since: list[tuple[datetime, Status]]) -> bool:
        """Say whether a joined report was shown again after each hiding, and nothing else came."""
        states = [status for _, status in since]
        words = any(pair == (Status.CLOSED, Status.CLOSED) for pair in pairwise(states))
        return states[-1] is Status.CLOSED and not words

    @rule(report_id=reports, person=who, stop=st.booleans())
    def follow(self, report_id: UUID, person: Any, stop: bool) -> None:
        change = actions.unfollow_report if stop else actions.follow_report
        assert self._do(change, person, self._report(report_id)) is not None

    @rule(person=who)
    def erase(self, person: Any) -> None:
        for domain in (settling_actions, actions):
            domain.erase_person(self.session, person.id, self.at)
        blocks_actions.erase_person(self.session, person.id, self.at, secret="s")
        self.session.commit()
        self.keys = {key: one for key, one in self.keys.items() if key[0] != person.id}
        mine = select(func.count(Report.id)).where(Report.reporter_id == person.id)
        said = (
            select(func.count()).select_from(ReportEntry).where(ReportEntry.actor_id == person.id)
        )
        assert self.session.scalar(mine) == self.session.scalar(said) == 0
