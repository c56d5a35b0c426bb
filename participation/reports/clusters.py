"""Which reports the map's clusters count: those anyone may see."""

from participation.reports.models import REPORT_CLUSTER, Report
from participation.reports.rules import PUBLIC, Status
from services.db import Session
from services.maps import add_point, remove_point


def keep_clusters(session: Session, report: Report, was: Status, now: Status) -> None:
    """Count a report in or out of the public map when a move shows or hides it."""
    if (was in PUBLIC) == (now in PUBLIC):
        return
    change = add_point if now in PUBLIC else remove_point
    change(session, REPORT_CLUSTER, lat=report.lat, lon=report.lon, category=report.category)
