"""What staff open again is promised anew in public, once it cannot be taken back."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from participation.reports.models import Report
from participation.reports.queries_news import news_since, version_of
from services import clock
from services.auth import Actor
from services.db import Session, unit_of_work
from tests.flows.test_closed_is_not_fixed import answer, settled
from tests.pages import Pages
from tests.participation.reports.history.publication import report_of
from tests.participation.reports.settling.test_one_tap import deliver

Visit = Callable[[Actor | None], Pages]
SAID = "답할 날을 다시 약속했어요"


def opened_again(visit: Visit, app: Flask) -> str:
    """Return a report that was promised long ago, settled, and opened again just now."""
    report_id = settled(visit)
    with unit_of_work(app.extensions["engine"]) as session:
        session.execute(sa.update(Report).values(due_at=clock.now() - timedelta(days=3)))
    answer(visit, report_id, "open")
    return report_id


def test_the_page_says_so_once_it_cannot_be_taken_back(visit: Visit, app: Flask) -> None:
    path = f"/reports/{opened_again(visit, app)}"
    assert SAID not in visit(None).get(path)
    deliver(app)
    assert SAID in visit(None).get(path)


def test_it_holds_nobody_back_who_opened_the_report_again(visit: Visit, app: Flask) -> None:
    opened_again(visit, app)
    with Session(app.extensions["engine"]) as session:
        seen = version_of(session, report_of(session))
    deliver(app)
    with Session(app.extensions["engine"]) as session:
        assert news_since(session, report_of(session), seen) is None
