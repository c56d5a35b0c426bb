"""Timed work on the chain: steps from before it was there join it, and each day has its head."""

from datetime import UTC, datetime

from participation.reports.history.chain import chain_waiting, city_head
from participation.reports.history.models import HistoryHead
from services.db import Session

EVERY_S = 600
# A second or two of the writer's turn.
AT_ONCE = 20_000


def keep_history(session: Session, at: datetime) -> None:
    """Chain what is not chained yet, and once a day (UTC) write down where the chain stands."""
    chain_waiting(session, AT_ONCE)
    day = at.astimezone(UTC).date().isoformat()
    if session.get(HistoryHead, day) is None:
        head = city_head(session)
        session.add(HistoryHead(day=day, at=at, count=head.count, digest=head.digest))
