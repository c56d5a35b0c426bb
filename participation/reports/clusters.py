"""On which shelf of the map each report is counted: the row and the clusters say the same."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update

from participation.reports.models import REPORT_CLUSTER, Report
from participation.reports.rules import LATELY, PUBLIC, Shelf, Status, shelf_of
from services.db import Session
from services.maps import count_all, move_point

# Ageing is no hurry: so many at a time leave the writer's turn to others.
AT_ONCE = 200


def keep_clusters(session: Session, report: Report, *, at: datetime) -> None:
    """Count a report where it belongs now; called after each change of its state or merging."""
    session.flush()
    # The row is locked, where the database can: what another counts meanwhile must not be undone.
    mine = select(Report.shelf).where(Report.id == report.id).with_for_update()
    was = session.scalar(mine) or 0
    merged = report.merged_into is not None
    now = shelf_of(
        Status(report.status), report.opened_at, report.ended_at, merged=merged, at=at
    ).value
    if was != now:
        spot: dict[str, Any] = {"lat": report.lat, "lon": report.lon, "category": report.category}
        move_point(session, REPORT_CLUSTER, was=was, now=now, **spot)
    report.shelf = now
    session.flush()


def age_clusters(session: Session, at: datetime) -> None:
    """Move what is no longer of lately to the shelves of long ago; a job."""
    border = at - LATELY
    opened_then = and_(Report.shelf == Shelf.WAITS, Report.opened_at <= border)
    ended_then = and_(Report.shelf == Shelf.SETTLED, Report.ended_at <= border)
    aged = select(Report).where(or_(opened_then, ended_then)).order_by(Report.id).limit(AT_ONCE)
    for report in session.scalars(aged.with_for_update(skip_locked=True)).all():
        keep_clusters(session, report, at=at)


def rebuild_clusters(session: Session, at: datetime) -> int:
    """Count every report anew and return how many the map shows."""
    border = at - LATELY
    shown = [s.value for s in PUBLIC]
    on_map = and_(Report.status.in_(shown), Report.merged_into.is_(None))
    ended = Report.ended_at.is_not(None)
    session.execute(update(Report).values(shelf=Shelf.NOWHERE.value))
    for where, shelf in (
        (and_(~ended, Report.opened_at <= border), Shelf.WAITS_LONG),
        (and_(~ended, Report.opened_at > border), Shelf.WAITS),
        (and_(ended, Report.ended_at > border), Shelf.SETTLED),
        (and_(ended, Report.ended_at <= border), Shelf.SETTLED_LONG),
    ):
        session.execute(update(Report).where(on_map, where).values(shelf=shelf.value))
    return count_all(session, REPORT_CLUSTER, Report.__table__)
