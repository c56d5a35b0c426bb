"""What the city publishes of its history, as a reader's machine gets it and checks it."""

from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from participation.reports.history import queries as history_queries
from participation.reports.imports.arrivals import Arrival
from participation.reports.models import Report
from participation.reports.rules import Category, Status
from services.db import Session
from static.history import verify
from tests.conftest import AT


def report_of(session: Session) -> Report:
    return session.scalars(sa.select(Report)).one()


def told(number: int, status: Status = Status.CLOSED) -> Arrival:
    later = AT + timedelta(hours=number)
    return Arrival(
        source="elsewhere",
        source_id=str(number),
        category=Category.LITTER,
        status=status,
        text="쓰레기",
        lat=37.5,
        lon=127.0,
        place="",
        opened_at=AT,
        ended_at=later if status is Status.CLOSED else None,
        due_at=AT + timedelta(days=3),
        answer="치웠어요" if status is Status.CLOSED else "",
    )


def published(engine: sa.Engine) -> verify.Found:
    """Return all that the city publishes, as a reader's machine gets it."""
    with Session(engine) as session:
        return told_by(session)


def told_by(session: Session) -> verify.Found:
    reports = session.scalars(sa.select(Report).order_by(Report.id)).all()
    stories = [plain(history_queries.story_of(session, one)) for one in reports]
    heads = plain(history_queries.heads(session))
    pages, after = [], 0
    while after is not None:
        pages.append(plain(history_queries.steps_after(session, after)))
        after = pages[-1]["next"]
    return stories, pages, heads


def plain(told: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(told))


def faults(engine: sa.Engine) -> list[str]:
    return verify.check(published(engine))[0]


def found(told: verify.Found, kept: dict[str, Any] | None = None) -> bool:
    return verify.check(told, [kept] if kept else [])[0] != []
