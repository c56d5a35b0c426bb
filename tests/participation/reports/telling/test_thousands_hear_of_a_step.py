"""However many follow a report, telling or asking them takes as many questions as a few do."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from participation.events.reports import ReportMoved
from participation.reports import actions
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.rules import STATUS_LABELS, Category, Status
from participation.reports.settling.models import ReportAsking
from participation.reports.subscribers import push_moved
from services import clock, i18n
from services.db import Session, insert_many, unit_of_work
from services.outbox.events import OutboxEvent
from services.push import PushMessage, PushSubscription
from services.tokens import hash_of
from tests.crowds import LANGUAGES, asked, crowd
from tests.people import JUN, SOYEON

FEW, MANY = 30, 300
MAILED = {
    Status.IN_PROGRESS: "reports.letter_awaited",
    Status.FIXED: "reports.settling_asked",
}


def moved(engine: sa.Engine, people: list[UUID], status: Status) -> ReportMoved:
    """Let a report that `people` follow take a step."""
    new = actions.NewReport(
        category=Category.STREET_LIGHT,
        text="Dark lamp",
        lat=37.5,
        lon=127.0,
        idempotency_key=uuid4().hex,
    )
    with unit_of_work(engine) as session:
        report_id = actions.open_report(session, JUN, new, at=clock.now())
        session.execute(sa.delete(ReportFollow))
        since = clock.now()
        rows = [{"person_id": p, "report_id": report_id, "since": since} for p in people]
        insert_many(session, ReportFollow, rows)
        report = session.get_one(Report, report_id)
        actions.answer_report(session, SOYEON, report, status, "because", at=clock.now())
        newest = sa.select(ReportEntry).where(ReportEntry.report_id == report_id)
        entry = session.scalars(newest.where(ReportEntry.status == status)).one()
        return ReportMoved(report_id=report_id, entry_id=entry.id, status=status)


def followed(engine: sa.Engine, many: int) -> list[UUID]:
    """Return many people of whom every third has no browser with us."""
    people = crowd(engine, many)
    gone = PushSubscription.person_id.in_(people[::3])
    with unit_of_work(engine) as session:
        session.execute(sa.delete(PushSubscription).where(gone))
    return people


def told(engine: sa.Engine, people: list[UUID]) -> list[tuple[UUID, dict[str, Any]]]:
    """Return each notice to one of `people`, with whose it is."""
    mine = sa.select(PushMessage.person_id, PushMessage.body)
    with Session(engine) as session:
        rows = session.execute(mine.where(PushMessage.person_id.in_(people))).all()
    return [(who, msgspec.json.decode(body)["notification"]) for who, body in rows]


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.FIXED])
def test_each_hears_once_in_their_language_by_as_few_questions(
    engine: sa.Engine, status: Status
) -> None:
    counts = {}
    for many in (3, FEW, MANY):
        people = followed(engine, many)
        event = moved(engine, people, status)
        with unit_of_work(engine) as session, asked(engine) as sent:
            push_moved(session, event)
            counts[many] = len(sent)
        wanted = [
            (who, i18n.translate(LANGUAGES[n % 2], STATUS_LABELS[status]))
            for n, who in enumerate(people)
            if n % 3
        ]
        titles = [(who, notice["title"]) for who, notice in told(engine, people)]
        assert sorted(titles) == sorted(wanted)
        with Session(engine) as session:
            kinds = session.scalars(sa.select(OutboxEvent.kind).order_by(OutboxEvent.seq)).all()
        assert kinds[-len(people[::3]) :] == [MAILED[status]] * len(people[::3])
        assert kinds.count(MAILED[status]) == sum(-(-n // 3) for n in counts)
    assert counts[MANY] == counts[FEW]


def test_each_is_asked_by_a_token_of_their_own(engine: sa.Engine) -> None:
    people = followed(engine, FEW)
    event = moved(engine, people, Status.FIXED)
    with unit_of_work(engine) as session:
        push_moved(session, event)
    with Session(engine) as session:
        askings = session.scalars(sa.select(ReportAsking)).all()
    hashes = {one.person_id: one.token_hash for one in askings}
    assert len(askings) == len(hashes) == len(set(hashes.values())) == FEW
    paths = [(who, notice["actions"][0]["navigate"]) for who, notice in told(engine, people)]
    assert len(paths) == FEW - len(people[::3])
    assert all(hashes[who] == hash_of(path.split("/")[3]) for who, path in paths)
