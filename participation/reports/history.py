"""The one place where a step joins the story of a report."""

from participation.reports.models import ReportEntry
from services.db import Session


def add_entry(session: Session, entry: ReportEntry) -> ReportEntry:
    """Append a step to its report's story and return it, with its id."""
    session.add(entry)
    session.flush()
    return entry
