"""Two who work on the same report at once: the second decides on what the first one made of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from participation.reports import actions, actions_family, actions_merge
from participation.reports.actions import NewReport
from participation.reports.forwarding.actions import Said, heed
from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.models import Report, ReportEntry
from participation.reports.open311.actions_follow import Heard, hear_update
from participation.reports.open311.queries import SOURCE
from participation.reports.open311.rules import SCOPES, KeyRow
from participation.reports.photos.actions import cover_photo
from participation.reports.photos.actions_look import show_photo
from participation.reports.photos.hanging import let_wait
from participation.reports.rules import Category, Status
from participation.reports.settling.actions import judge_report
from services import clock
from services.db import Session, unit_of_work
from services.errors import RefusedError
from tests.people import MINJI, SOYEON, STRANGER, TAEHO

Act = Callable[[Session, Report], object]
BARE, COVERED = "a" * 64, "b" * 64


def told(engine: sa.Engine) -> UUID:
    new = NewReport(
        category=Category.LITTER, text="x", lat=34.2, lon=127.9, idempotency_key=uuid4().hex
    )
    with unit_of_work(engine) as session:
        return actions.open_report(session, MINJI, new, at=clock.now())


def answer(status: Status) -> Act:
    return lambda session, report: actions.answer_report(
        session, SOYEON, report, status, "x", at=clock.now()
    )


@contextmanager
def meanwhile(engine: sa.Engine, report_id: UUID, first: Act) -> Iterator[tuple[Session, Report]]:
    """Yield a report as it was read before another one's commit; where two can write at once."""
    if engine.dialect.name == "sqlite":
        with unit_of_work(engine) as session:
            first(session, session.get_one(Report, report_id))
        with unit_of_work(engine) as session:
            yield session, session.get_one(Report, report_id)
        return
    with unit_of_work(engine) as late:
        read = late.get_one(Report, report_id)
        with unit_of_work(engine) as session:
            first(session, session.get_one(Report, report_id))
        yield late, read


def test_what_was_hidden_meanwhile_is_not_shown_again(engine: sa.Engine) -> None:
    key = told(engine)
    late = meanwhile(engine, key, answer(Status.REJECTED))
    with late as (session, report), pytest.raises(RefusedError):
        actions.answer_report(session, TAEHO, report, Status.ACKNOWLEDGED, "x", at=clock.now())


def test_a_report_is_joined_once(engine: sa.Engine) -> None:
    key, one, other = told(engine), told(engine), told(engine)

    def join(session: Session, report: Report) -> None:
        into = session.get_one(Report, one)
        actions_merge.merge_report(session, SOYEON, report, into, at=clock.now())

    with meanwhile(engine, key, join) as (session, report):
        into = session.get_one(Report, other)
        with pytest.raises(RefusedError):
            actions_merge.merge_report(session, TAEHO, report, into, at=clock.now())


def test_a_person_is_heard_once(engine: sa.Engine) -> None:
    key = told(engine)
    with unit_of_work(engine) as session:
        answer(Status.FIXED)(session, session.get_one(Report, key))

    def yes(session: Session, report: Report) -> None:
        judge_report(session, MINJI, report, "", settled=True, at=clock.now())

    with meanwhile(engine, key, yes) as (session, report), pytest.raises(RefusedError):
        yes(session, report)
    with Session(engine) as session:
        said = sa.select(ReportEntry.id).where(ReportEntry.kind == "confirmed")
        assert len(session.scalars(said).all()) == 1


def waits(engine: sa.Engine) -> UUID:
    key = told(engine)
    with unit_of_work(engine) as session:
        let_wait(session, session.get_one(Report, key), BARE, 1, clock.now())
    return key


def shows(session: Session, report: Report) -> None:
    show_photo(session, SOYEON, report, BARE, at=clock.now())


def covers(session: Session, report: Report) -> None:
    cover_photo(session, SOYEON, report, BARE, COVERED, at=clock.now())


@pytest.mark.parametrize("second", [shows, covers])
def test_what_was_covered_meanwhile_is_shown_covered_alone(engine: sa.Engine, second: Act) -> None:
    key = waits(engine)
    with meanwhile(engine, key, covers) as (session, report), pytest.raises(RefusedError):
        second(session, report)
    with Session(engine) as session:
        assert session.get_one(Report, key).photo_hash == COVERED


def test_a_photo_is_shown_by_one_step(engine: sa.Engine) -> None:
    key = waits(engine)
    with meanwhile(engine, key, shows) as (session, report), pytest.raises(RefusedError):
        shows(session, report)
    with Session(engine) as session:
        steps = session.scalars(sa.select(ReportEntry.kind).where(ReportEntry.report_id == key))
        assert list(steps).count("photo_shown") == 1


def test_what_was_hidden_meanwhile_stays_hidden_whatever_the_body_that_has_it_says(
    engine: sa.Engine,
) -> None:
    key = told(engine)
    with unit_of_work(engine) as session:
        body = OutsideBody(name="Power", url="https://power.example.org", made_at=clock.now())
        body.id = uuid4()
        session.add(body)
        session.flush()
        went = Forwarding(id=uuid4(), report_id=key, body_id=body.id, made_at=clock.now())
        went.service_code, went.state, went.remote_id = "1", "followed", "7"
        went.due_at = clock.now()
        session.add(went)
    said = Said("update 1", None, "We look at it")
    with meanwhile(engine, key, answer(Status.REJECTED)) as (session, report):
        heed(session, STRANGER, session.get_one(Forwarding, went.id), said, "en", at=clock.now())
        assert report.status == Status.REJECTED
    with Session(engine) as session:
        assert session.get_one(Report, key).status == Status.REJECTED


def test_what_was_hidden_meanwhile_is_disputed_by_no_other_system(engine: sa.Engine) -> None:
    system = KeyRow(uuid4(), "Neighbour", clock.now(), None, scopes=frozenset(SCOPES))
    key = told(engine)
    with unit_of_work(engine) as session:
        report = session.get_one(Report, key)
        report.source, report.source_id = SOURCE, f"{system.id.hex}:1"
        answer(Status.FIXED)(session, report)
    said = Heard("update 1", "OPEN", "It is broken still")
    with meanwhile(engine, key, answer(Status.REJECTED)) as (session, report):
        hear_update(session, STRANGER, system, report, said, at=clock.now())
    with Session(engine) as session:
        assert session.get_one(Report, key).status == Status.REJECTED


def test_a_part_that_was_settled_meanwhile_takes_no_answer_of_its_whole(engine: sa.Engine) -> None:
    whole, part = told(engine), told(engine)
    with unit_of_work(engine) as session:
        one, other = session.get_one(Report, whole), session.get_one(Report, part)
        actions_family.attach_part(session, SOYEON, one, other, at=clock.now())
    with meanwhile(engine, part, answer(Status.FIXED)) as (session, _):
        one = session.get_one(Report, whole)
        given = session, TAEHO, one, Status.IN_PROGRESS, "x"
        assert actions_family.answer_parts(*given, at=clock.now()) == 0
    with Session(engine) as session:
        assert session.get_one(Report, part).status == Status.FIXED
