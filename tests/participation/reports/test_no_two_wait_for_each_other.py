"""Acts on several reports hold them in one order, so that two at once never wait in a ring."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from participation.reports import actions, actions_bulk, actions_family, actions_merge
from participation.reports.access import hold
from participation.reports.actions_undo import withdraw_acts
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.settling import actions as settling
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.pages import Pages
from tests.participation.reports.test_two_at_once_decide_once import told
from tests.people import JUN, SOYEON, TAEHO

WAITS = 0.4
Act = Callable[[Session], object]
Visit = Callable[[Actor | None], Pages]


def meets(engine: sa.Engine, first: UUID, second: UUID, act: Act) -> None:
    """Hold two reports, as everyone does, while `act` begins in between; both come to their end."""

    def alone() -> None:
        with unit_of_work(engine) as session:
            act(session)

    begins_between(engine, first, second, alone)


def begins_between(engine: sa.Engine, first: UUID, second: UUID, act: Callable[[], object]) -> None:
    failed: list[BaseException] = []

    def begin() -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)

    other = threading.Thread(target=begin)
    with unit_of_work(engine) as session:
        hold(session, session.get_one(Report, first))
        other.start()
        threading.Event().wait(WAITS)
        hold(session, session.get_one(Report, second))
    other.join()
    assert failed == []


def leaves(session: Session) -> None:
    assert JUN.id is not None
    settling.erase_person(session, JUN.id, clock.now())
    actions.erase_person(session, JUN.id, clock.now())


def test_who_leaves_what_they_follow_waits_for_the_first_before_the_others(
    engine: sa.Engine,
) -> None:
    low, high = sorted([told(engine), told(engine)])
    for key in (high, low):
        with unit_of_work(engine) as session:
            report = session.get_one(Report, key)
            actions.follow_report(session, JUN, report, at=clock.now())

    meets(engine, low, high, leaves)


def test_what_was_done_to_many_is_taken_back_in_the_same_order(engine: sa.Engine) -> None:
    keys, at = [told(engine) for _ in range(6)], clock.now()
    with unit_of_work(engine) as session:
        those = [session.get_one(Report, key) for key in keys]
        actions_bulk.assign_many(session, SOYEON, those, {}, TAEHO.id, at=at)
    with Session(engine) as session:
        steps = sa.select(ReportEntry.report_id).where(ReportEntry.kind == "assigned")
        order = list(session.scalars(steps.order_by(ReportEntry.id)))
    pairs = [(low, high) for n, high in enumerate(order) for low in order[n:] if low < high]
    soon = at + timedelta(seconds=2)
    for low, high in pairs[:1]:
        meets(engine, low, high, lambda session: withdraw_acts(session, SOYEON, at, at=soon))


def test_what_was_joined_before_is_led_on_in_the_same_order(engine: sa.Engine) -> None:
    before, report, into = sorted(told(engine) for _ in range(3))
    with unit_of_work(engine) as session:
        one, other = session.get_one(Report, before), session.get_one(Report, report)
        actions_merge.merge_report(session, SOYEON, one, other, at=clock.now())

    def lead_on(session: Session) -> None:
        one, other = session.get_one(Report, report), session.get_one(Report, into)
        actions_merge.merge_report(session, TAEHO, one, other, at=clock.now())

    meets(engine, before, report, lead_on)


def joined(engine: sa.Engine, report: UUID, into: UUID) -> None:
    with unit_of_work(engine) as session:
        one, other = session.get_one(Report, report), session.get_one(Report, into)
        actions_merge.merge_report(session, SOYEON, one, other, at=clock.now())


def test_one_joining_is_undone_in_the_same_order(engine: sa.Engine, visit: Visit) -> None:
    before, into, report = sorted(told(engine) for _ in range(3))
    joined(engine, before, report)
    joined(engine, report, into)
    desk = visit(SOYEON)
    for first in (before, into):
        page = desk.get(f"/console/reports/{report}")
        seen = page.split('name="seen" value="', 1)[1].split('"', 1)[0]
        act = partial(desk.post, f"/console/reports/{report}/unmerge", seen=seen)
        begins_between(engine, first, report, act)
        joined(engine, report, into)
    with Session(engine) as session:
        assert session.get_one(Report, before).merged_into == into


def test_a_whole_is_answered_with_its_parts_in_the_same_order(
    engine: sa.Engine, visit: Visit
) -> None:
    part, whole = sorted([told(engine), told(engine)])
    with unit_of_work(engine) as session:
        one, other = session.get_one(Report, whole), session.get_one(Report, part)
        actions_family.attach_part(session, SOYEON, one, other, at=clock.now())
    desk = visit(SOYEON)
    desk.get(f"/console/reports/{whole}")
    told_both = {"status": "acknowledged", "text": "봤어요", "parts": "1"}
    act = f"/console/reports/{whole}/answer"
    begins_between(engine, part, whole, lambda: desk.post(act, **told_both))
    with Session(engine) as session:
        stand = [session.get_one(Report, key).status for key in (part, whole)]
    assert stand == ["acknowledged", "acknowledged"]


def test_who_leaves_while_what_they_follow_is_joined_leaves_nothing(engine: sa.Engine) -> None:
    report, into = told(engine), told(engine)
    with unit_of_work(engine) as session:
        actions.follow_report(session, JUN, session.get_one(Report, report), at=clock.now())

    def leave() -> None:
        with unit_of_work(engine) as session:
            leaves(session)

    going = threading.Thread(target=leave)
    with unit_of_work(engine) as session:
        one, other = session.get_one(Report, report), session.get_one(Report, into)
        actions_merge.merge_report(session, SOYEON, one, other, at=clock.now())
        going.start()
        threading.Event().wait(WAITS)
    going.join()
    with Session(engine) as session:
        left = sa.select(ReportFollow).where(ReportFollow.person_id == JUN.id)
        assert session.scalars(left).all() == []
        assert session.get_one(Report, into).followers == 1
