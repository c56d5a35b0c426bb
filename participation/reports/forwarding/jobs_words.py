"""The messenger: tells other bodies what is said and shown here of the requests they have.

A word waits until the body has given the request a number. It is told again until the body has
answered; each time under the same name, by which a body knows that it heard it before.
"""

import logging
import secrets
import threading
import time
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, select, update

from participation.reports.forwarding.actions_follow import let_go, note_told
from participation.reports.forwarding.client import LARGEST, Client
from participation.reports.forwarding.models import Forwarding, ForwardingWord, OutsideBody
from participation.reports.forwarding.queries_words import Saying, saying_of
from participation.reports.forwarding.reading import TroubleError
from services import clock
from services.auth import Actor
from services.config import Settings
from services.db import reading_session, unit_of_work
from services.outbound import GuardedSession

log = logging.getLogger(__name__)
SYSTEM = Actor(None)
LEASE = timedelta(minutes=5)
AT_ONCE = 48
POLL_S = 1.0


class Messenger:
    """Any number of these may run on one database."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.client = GuardedSession(allow_private=settings.push_allow_private, largest=LARGEST)

    def run(self) -> None:
        """Tell for ever."""
        while True:
            try:
                self.turn(clock.now())
            except Exception:
                log.exception("the messenger's turn failed; the next follows")
            time.sleep(POLL_S)

    def turn(self, at: datetime) -> int:
        """Tell what is due once, bodies side by side; return how much it was."""
        bags: dict[UUID, list[ForwardingWord]] = {}
        for row, body_id in self._due(at):
            if self._lease(row, at):
                bags.setdefault(body_id, []).append(row)
        tellers = [threading.Thread(target=self._visit, args=(bag, at)) for bag in bags.values()]
        for one in tellers:
            one.start()
        for one in tellers:
            one.join()
        return sum(map(len, bags.values()))

    def _due(self, at: datetime) -> list[tuple[ForwardingWord, UUID]]:
        wanted = (
            select(ForwardingWord, Forwarding.body_id)
            .join(Forwarding, Forwarding.id == ForwardingWord.forwarding_id)
            .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
            .where(ForwardingWord.state == "waiting", ForwardingWord.due_at <= at)
            .where(Forwarding.remote_id.is_not(None), OutsideBody.paused_at.is_(None))
            .order_by(ForwardingWord.due_at, ForwardingWord.id)
            .limit(AT_ONCE)
        )
        with reading_session(self.engine) as session:
            return [(row, body_id) for row, body_id in session.execute(wanted)]

    def _lease(self, row: ForwardingWord, at: datetime) -> bool:
        lease = secrets.token_hex(16)
        with unit_of_work(self.engine) as session:
            claim = session.connection().execute(
                update(ForwardingWord)
                .where(ForwardingWord.id == row.id, ForwardingWord.due_at == row.due_at)
                .where(ForwardingWord.state == "waiting")
                .values(lease=lease, due_at=at + LEASE)
            )
        row.lease = lease
        return claim.rowcount == 1

    def _visit(self, bag: list[ForwardingWord], at: datetime) -> None:
        for row in bag:
            try:
                self._tell(row, at)
            except Exception:
                log.exception("a word was not told; its lease lapses")

    def _tell(self, row: ForwardingWord, at: datetime) -> None:
        with reading_session(self.engine) as session:
            settings = self.settings
            saying = saying_of(session, row.id, settings.language, settings.base_url)
        trouble = self._trouble(saying) if saying else None
        with unit_of_work(self.engine) as session:
            kept = session.get_one(ForwardingWord, row.id)
            # What another messenger holds by now is left to it.
            if kept.lease == row.lease and saying is None:
                let_go(session, SYSTEM, kept, at=at)
            elif kept.lease == row.lease:
                note_told(session, SYSTEM, kept, trouble, at=at)

    def _trouble(self, saying: Saying) -> TroubleError | None:
        client = Client(self.client, saying.where)
        try:
            client.say(saying.word)
        except TroubleError as trouble:
            return trouble
        return None
