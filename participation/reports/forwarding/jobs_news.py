"""What the courier comes back with: news of the requests that a body has."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from participation.reports.forwarding.actions_follow import Heard, hear
from participation.reports.forwarding.client import Client
from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.forwarding.queries import endpoint_of
from participation.reports.forwarding.reading import TroubleError
from participation.reports.forwarding.visits import Met
from participation.reports.forwarding.waits import next_look, release, take, wait_after
from services.auth import Actor
from services.config import Settings
from services.db import Session, reading_session, unit_of_work
from services.outbound import GuardedSession

log = logging.getLogger(__name__)
SYSTEM = Actor(None)
FOLLOWED_FOR = timedelta(days=180)
OVERLAP = timedelta(hours=1)
SPAN = timedelta(days=80)
# What is said while we ask, or by a clock ahead of ours, is heard too.
AHEAD = timedelta(minutes=5)


class News:
    """Asks bodies for news of their requests."""

    def __init__(self, engine: Engine, settings: Settings, client: GuardedSession) -> None:
        self.engine, self.settings, self.client = engine, settings, client

    def ask(self, bag: list[Forwarding], now: Callable[[], datetime]) -> Met:
        """Ask a body for news of its requests, those no other courier asks for."""
        try:
            mine = [row for row in bag if take(self.engine, row, now())]
            return self._follow(mine, now()) if mine else "nobody"
        except Exception:
            log.exception("no news were heard; they are asked for again")
            release(self.engine, bag, now())
            return "nobody"

    def _follow(self, bag: list[Forwarding], at: datetime) -> Met:
        with reading_session(self.engine) as session:
            body = session.get_one(OutsideBody, bag[0].body_id)
        client = Client(self.client, endpoint_of(body))
        taken = min(row.taken_at or at for row in bag)
        # What a clock that was ahead noted is later than anything that was heard since.
        since = max(min(body.updates_until or taken, at) - OVERLAP, at - SPAN)
        try:
            # States first: a word that comes between the two calls is then heard with its state.
            remotes = client.requests([row.remote_id for row in bag if row.remote_id])
            updates = client.updates(since, at + AHEAD)
        except TroubleError as trouble:
            with unit_of_work(self.engine) as session:
                for row in bag:
                    note_trouble(session, session.get_one(Forwarding, row.id), trouble, at)
            return "away" if trouble.away else "answered"
        with unit_of_work(self.engine) as session:
            body = note_well(session, body.id, at)
            hear(session, SYSTEM, body, Heard(updates, remotes), self.settings.language, at=at)
            for row in bag:
                self._look_later(session.get_one(Forwarding, row.id), at)
        return "answered"

    def _look_later(self, row: Forwarding, at: datetime) -> None:
        row.lease, row.error, row.tries = None, None, 0
        row.due_at = next_look(row.taken_at or at, self.settings.forward_follow_s, at)
        if at - (row.taken_at or at) > FOLLOWED_FOR:
            row.state = "ended"


def note_well(session: Session, body_id: UUID, at: datetime) -> OutsideBody:
    """Note that a body answered as it should; return it."""
    body = session.get_one(OutsideBody, body_id)
    body.well_at, body.trouble, body.trouble_at = at, None, None
    return body


def note_trouble(session: Session, row: Forwarding, trouble: TroubleError, at: datetime) -> None:
    """Try again later, each time twice as late, up to an hour."""
    row.tries += 1
    row.lease, row.error = None, f"{trouble.code}: {trouble.said}"[:300]
    row.due_at = at + wait_after(row.tries)
    if trouble.code not in ("looking", "no_number"):
        body = session.get_one(OutsideBody, row.body_id)
        body.trouble, body.trouble_at = row.error, at
