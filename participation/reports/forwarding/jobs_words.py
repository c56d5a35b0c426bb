"""The messenger: tells other bodies what is said and shown here of the requests they have.

A word waits until the body has given the request a number, and has heard what was said of it
before. It is told again until the body has answered; each time under the same name, by which a body
knows that it heard it before. A body that is away keeps its own words waiting and nobody else's.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Engine, select, update

from participation.reports.forwarding.actions_words import let_go, note_told
from participation.reports.forwarding.client import LARGEST, Client
from participation.reports.forwarding.models import Forwarding, ForwardingWord
from participation.reports.forwarding.queries_words import Saying, due_words, saying_of
from participation.reports.forwarding.reading import TroubleError
from participation.reports.forwarding.visits import Met, Visit, Visits
from participation.reports.forwarding.waits import put_off, take
from services import clock
from services.auth import Actor
from services.config import Settings
from services.db import reading_session, unit_of_work
from services.outbound import GuardedSession

log = logging.getLogger(__name__)
SYSTEM = Actor(None)
AT_ONCE, OF_ONE_BODY = 48, 8
POLL_S = 1.0


class Messenger:
    """Any number of these may run on one database."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.client = GuardedSession(allow_private=settings.push_allow_private, largest=LARGEST)
        self.visits = Visits(self._visit)

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
            bags.setdefault(body_id, []).append(row)
        self.visits.make(bags, at)
        return sum(map(len, bags.values()))

    def _due(self, at: datetime) -> list[tuple[ForwardingWord, UUID]]:
        left_out = self.visits.under_way()
        with reading_session(self.engine) as session:
            return due_words(session, at, left_out, most=AT_ONCE, of_each=OF_ONE_BODY)

    def _visit(self, body_id: UUID, bag: list[ForwardingWord], at: datetime) -> None:
        """Tell one body its words. Each is leased only as it goes out: the rest is still due."""
        Visit(at).bring(bag, self._tell, partial(self._put_off, body_id))

    def _put_off(self, body_id: UUID, word: ForwardingWord, at: datetime) -> None:
        """Leave a body that is away alone until the word it did not hear is due again."""
        theirs = select(Forwarding.id).where(Forwarding.body_id == body_id)
        waiting = ForwardingWord.state == "waiting", ForwardingWord.forwarding_id.in_(theirs)
        due = update(ForwardingWord).where(*waiting, ForwardingWord.due_at <= at)
        put_off(self.engine, due, word)

    def _tell(self, row: ForwardingWord, now: Callable[[], datetime]) -> Met:
        """Tell one word, if no other messenger does; say whom that met."""
        try:
            return self._told(row, now) if take(self.engine, row, now()) else "nobody"
        except Exception:
            log.exception("a word was not told; its lease lapses")
            return "nobody"

    def _told(self, row: ForwardingWord, now: Callable[[], datetime]) -> Met:
        with reading_session(self.engine) as session:
            settings = self.settings
            saying = saying_of(session, row.id, settings.language, settings.base_url)
        trouble = self._trouble(saying) if saying else None
        with unit_of_work(self.engine) as session:
            kept = session.get_one(ForwardingWord, row.id)
            # What another messenger holds by now is left to it.
            if kept.lease != row.lease:
                return "nobody"
            if saying is None:
                let_go(session, SYSTEM, kept, at=now())
                return "nobody"
            note_told(session, SYSTEM, kept, trouble, at=now())
        return "away" if trouble is not None and trouble.away else "answered"

    def _trouble(self, saying: Saying) -> TroubleError | None:
        client = Client(self.client, saying.where)
        try:
            client.say(saying.word)
        except TroubleError as trouble:
            return trouble
        return None
