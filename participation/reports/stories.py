"""A step for the stories of many reports at once, for rooms that know nothing of the chain."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from participation.reports.models import ReportEntry
from services.db import Session

# Where a transaction notes which steps the chain (history/chain.py) takes at its commit.
STORIES = "stories"


def add_entries(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Append public steps of reports whose stories have begun, as the columns of `report_entry`."""
    session.connection().execute(insert(ReportEntry), rows)
    session.info.setdefault(STORIES, set()).update(row["id"] for row in rows)
