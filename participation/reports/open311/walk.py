"""Where the pages of a walk ended, so that the next begins behind, whatever is written then.

A page counted from the start loses a row when one before it is hidden or closed meanwhile, and
meets one twice when one is added before it. Each place is a row, for the next page may be asked
of another process.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from participation.reports.open311.models import Open311Walk
from services.db import Session

Place = tuple[datetime, UUID]
KEPT = timedelta(minutes=30)


def begins(session: Session, walker: str, page: int, at: datetime) -> Place | None:
    """Return the place behind which this page begins; None if that is not known."""
    found = session.execute(
        select(Open311Walk.opened_at, Open311Walk.report_id).where(
            Open311Walk.walker == walker, Open311Walk.page == page, Open311Walk.at > at - KEPT
        )
    ).one_or_none()
    return None if found is None else (found.opened_at, found.report_id)


def keep(session: Session, walker: str, page: int, place: Place, at: datetime) -> None:
    """Note that a page ended at this place; for a page that was read before, the last one holds."""
    name = {"walker": walker, "page": page + 1}
    stood = {"opened_at": place[0], "report_id": place[1], "at": at}
    known = update(Open311Walk).filter_by(**name).values(**stood)
    if session.connection().execute(known).rowcount:
        return
    try:
        with session.begin_nested():
            session.execute(insert(Open311Walk).values(**name, **stood))
    except IntegrityError:
        # Two of its pages were asked for at once: the other one was noted a moment ago.
        session.execute(known)


def forget(session: Session, at: datetime) -> None:
    """Delete the places of walks that ended or were left."""
    session.execute(delete(Open311Walk).where(Open311Walk.at <= at - KEPT))


def walker_of(who: Iterable[str], asked: Iterable[tuple[str, str]]) -> str:
    """Return the name of one walker over one question; its page is no part of the question."""
    question = sorted((name, value) for name, value in asked if name != "page")
    return hashlib.sha256(repr((tuple(who), question)).encode()).hexdigest()
