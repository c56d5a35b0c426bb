"""Timed work on the chain: steps from before it was there join it, and each day has its head."""

from datetime import UTC, datetime

from participation.reports.history.chain import chain_late, city_head
from participation.reports.history.models import HistoryCheck, HistoryHead
from participation.reports.history.queries import unchained
from services.db import Session

EVERY_S = 600
# A second or two of the writer's turn.
AT_ONCE = 20_000


def keep_history(session: Session, at: datetime) -> None:
    """Chain what is from before the chain, count what stands in none, keep the day's (UTC) head."""
    chain_late(session, AT_ONCE)
    session.merge(HistoryCheck(id=1, at=at, unchained=unchained(session)))
    day = at.astimezone(UTC).date().isoformat()
    if session.get(HistoryHead, day) is None:
        head = city_head(session)
        session.add(HistoryHead(day=day, at=at, count=head.count, digest=head.digest))
