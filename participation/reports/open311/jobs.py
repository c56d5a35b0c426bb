"""Fetches the pictures other systems named by address, after their reports were taken."""

import logging
import time
from datetime import datetime, timedelta

import requests
from sqlalchemy import ColumnElement, Engine, and_, or_, select, update

from participation.reports.forwarding.models import OutsidePicture
from participation.reports.models import Report
from participation.reports.open311.actions import add_picture
from services import clock
from services.auth import Actor
from services.clock import SKEW
from services.config import Settings
from services.db import reading_session, unit_of_work
from services.errors import DomainError
from services.media.processor import LARGEST, Processor
from services.media.store import StorageFullError
from services.media.turns import PicturesBusyError
from services.outbound import GuardedSession, UnresolvedError

log = logging.getLogger(__name__)
SYSTEM = Actor(None)
LEASE = timedelta(minutes=2)
TRIES = 8
AT_ONCE = 8
POLL_S = 1.0


def wait_after(tries: int) -> timedelta:
    """Return the wait for a picture that was tried `tries` times: 4, 16, 64 ... seconds."""
    return timedelta(seconds=4.0**tries)


def ahead(at: datetime) -> ColumnElement[bool]:
    """Return what is true of pictures that wait for longer than they can: a clock was ahead."""
    longest = {n: max(LEASE, wait_after(n)) for n in range(TRIES + 1)}
    each = [
        and_(OutsidePicture.tries == n, OutsidePicture.due_at > at + SKEW + wait)
        for n, wait in longest.items()
    ]
    return or_(*each)


class Fetcher:
    """Fetches one picture at a time; any number of these may run on one database."""

    def __init__(self, engine: Engine, settings: Settings, photos: Processor) -> None:
        self.engine = engine
        self.photos = photos
        private = settings.push_allow_private
        self.client = GuardedSession(allow_private=private, largest=LARGEST)

    def run(self) -> None:
        """Fetch for ever."""
        while True:
            try:
                self.turn(clock.now())
            except Exception:
                log.exception("the fetcher's turn failed; the next follows")
            time.sleep(POLL_S)

    def turn(self, at: datetime) -> int:
        """Fetch what is due once; return how many were tried."""
        wanted = (
            select(OutsidePicture)
            .where(OutsidePicture.done_at.is_(None), or_(OutsidePicture.due_at <= at, ahead(at)))
            .order_by(OutsidePicture.due_at, OutsidePicture.position)
            .limit(AT_ONCE)
        )
        with reading_session(self.engine) as session:
            due = session.scalars(wanted).all()
        mine = [row for row in due if self._lease(row, at)]
        for row in mine:
            try:
                self._fetch(row, at)
            except Exception:
                log.exception("a picture was not fetched; its lease lapses")
        return len(mine)

    def _lease(self, row: OutsidePicture, at: datetime) -> bool:
        with unit_of_work(self.engine) as session:
            claim = session.connection().execute(
                update(OutsidePicture)
                .where(OutsidePicture.id == row.id, OutsidePicture.due_at == row.due_at)
                .values(due_at=at + LEASE, tries=row.tries + 1)
            )
            return claim.rowcount == 1

    def _fetch(self, row: OutsidePicture, at: datetime) -> None:
        """Fetch a picture and make it harmless, as one that was uploaded (services.media)."""
        try:
            answer = self.client.get(row.url)
            if answer.status_code >= 500:
                raise requests.ConnectionError(str(answer.status_code))
            found = answer.status_code == 200
            photo_hash = self.photos.accept(answer.content) if found else ""
            error = "" if photo_hash else str(answer.status_code)
        except (requests.RequestException, UnresolvedError) as trouble:
            return self._later(row, type(trouble).__name__, at)
        except (StorageFullError, PicturesBusyError) as trouble:
            return self._when_there_is_room(row, trouble.code, at)
        except DomainError as trouble:
            photo_hash, error = "", trouble.code
        return self._settle(row, photo_hash, error, at)

    def _later(self, row: OutsidePicture, error: str, at: datetime) -> None:
        if row.tries + 1 >= TRIES:
            return self._settle(row, "", error, at)
        with unit_of_work(self.engine) as session:
            kept = session.get_one(OutsidePicture, row.id)
            kept.error, kept.due_at = error[:60], at + wait_after(kept.tries)
        return None

    def _when_there_is_room(self, row: OutsidePicture, error: str, at: datetime) -> None:
        """Try again while there is no room or time here: that is no fault of it, nor a try."""
        with unit_of_work(self.engine) as session:
            kept = session.get_one(OutsidePicture, row.id)
            kept.error, kept.tries, kept.due_at = error, row.tries, at + LEASE

    def _settle(self, row: OutsidePicture, photo_hash: str, error: str, at: datetime) -> None:
        with unit_of_work(self.engine) as session:
            kept = session.get_one(OutsidePicture, row.id)
            kept.done_at, kept.error = at, error[:60] or None
            if photo_hash:
                # Two fetchers may each bring one: they find their places one after the other.
                report = session.get_one(Report, kept.report_id, with_for_update=True)
                add_picture(session, SYSTEM, report, photo_hash, at=at)
