"""Someone new in the city, and the first report they make."""

from datetime import timedelta

from participation.accounts import actions as accounts
from participation.reports.actions import NewReport
from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks.rules import Signs
from participation.reports.models import Report
from participation.reports.rules import Category
from services.auth import STRANGER, Actor
from services.db import Session
from tests.conftest import AT

LEAK = NewReport(
    category=Category.WATER,
    text="수도관이 터졌어요",
    lat=34.21,
    lon=127.91,
    idempotency_key="tap-00000001",
)
STRICT = Signs(device="d" * 64, stamped=True, opened_at=AT - timedelta(minutes=1), strict=True)


def newcomer(session: Session) -> Actor:
    return Actor(accounts.join(session, STRANGER, "새 이웃", "new@example.org", at=AT))


def held(session: Session, new: NewReport = LEAK) -> Report:
    who = newcomer(session)
    return session.get_one(Report, blocks_actions.take_report(session, who, new, STRICT, at=AT))
