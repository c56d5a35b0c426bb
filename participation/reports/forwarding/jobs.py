"""The courier: carries requests to other bodies and comes back with what they say.

A lease marks what is being carried, and that a request goes out is on the disk before it does: a
courier that dies, or an answer that is lost, leads to a look for our own mark at the body before
anything is sent again.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import Engine, update

from participation.reports.access import hold
from participation.reports.forwarding.actions import note_taken
from participation.reports.forwarding.actions_follow import pass_photos
from participation.reports.forwarding.client import LARGEST, Client, Taken
from participation.reports.forwarding.jobs_news import SPAN, News, note_trouble, note_well
from participation.reports.forwarding.models import Forwarding
from participation.reports.forwarding.queries import (
    Letter,
    due_letters,
    letter_of,
    needs_somebody,
)
from participation.reports.forwarding.reading import TroubleError
from participation.reports.forwarding.visits import Met, Visit, Visits
from participation.reports.forwarding.waits import LEASE, OPEN, ours, put_off, release, take
from participation.reports.models import Report
from participation.reports.rules import UNDO_S
from services import clock
from services.auth import Actor
from services.config import Settings
from services.db import Session, reading_session, unit_of_work
from services.outbound import GuardedSession

log = logging.getLogger(__name__)
SYSTEM = Actor(None)
AT_ONCE = 48
POLL_S = 1.0


class LeaseLostError(Exception):
    """Another courier holds the letter now; what was done here is undone."""


class Courier:
    """Any number of these may run on one database."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.patience = timedelta(seconds=settings.forward_look_s)
        self.client = GuardedSession(allow_private=settings.push_allow_private, largest=LARGEST)
        self.news = News(engine, settings, self.client)
        self.visits = Visits(self._visit)

    def run(self) -> None:
        """Carry for ever."""
        while True:
            try:
                self.turn(clock.now())
            except Exception:
                log.exception("the courier's turn failed; the next follows")
            time.sleep(POLL_S)

    def turn(self, at: datetime) -> int:
        """Carry and follow what is due once, bodies side by side; return how much it was."""
        with reading_session(self.engine) as session:
            due = due_letters(session, at, self.visits.under_way(), most=AT_ONCE)
        bags: dict[UUID, list[Forwarding]] = {}
        for row in due:
            bags.setdefault(row.body_id, []).append(row)
        self.visits.make(bags, at)
        return len(due)

    def _visit(self, body_id: UUID, bag: list[Forwarding], at: datetime) -> None:
        """Ask one body for news, then bring it its letters; stop where it does not answer.

        The letters have their own time: a body that takes long over its news keeps none waiting
        for ever, nor does a letter it stumbles over keep the news. Each is leased as it goes out.
        """
        visit, leave = Visit(at), partial(self._put_off, body_id)
        if followed := [row for row in bag if row.state == "followed"]:
            visit.bring([followed], self.news.ask, lambda rows, then: leave(ours(rows), then))
        letters = [row for row in bag if row.state != "followed"]
        visit.goes_on().bring(letters, self._carry, leave)

    def _put_off(self, body_id: UUID, row: Forwarding, at: datetime) -> None:
        """Leave a body that is away alone until what it did not take is due again."""
        theirs = Forwarding.body_id == body_id, Forwarding.state.in_(OPEN)
        put_off(self.engine, update(Forwarding).where(*theirs, Forwarding.due_at <= at), row)

    def _carry(self, row: Forwarding, now: Callable[[], datetime]) -> Met:
        """Carry one letter, if no other courier does; say whom that met."""
        try:
            return self._carried(row, now) if take(self.engine, row, now()) else "nobody"
        except Exception:
            log.exception("a letter was not carried; it is tried again")
            release(self.engine, [row], now())
            return "nobody"

    def _carried(self, row: Forwarding, now: Callable[[], datetime]) -> Met:
        letter, at = self._letter(row, now()), now()
        if letter is None:
            return "nobody"
        try:
            taken = self._delivered(letter, at)
        except TroubleError as trouble:
            with unit_of_work(self.engine) as session:
                self._put_back(session, letter, trouble, now())
            return "away" if trouble.away else "answered"
        with unit_of_work(self.engine) as session:
            if taken is None:
                _end(session, _leased(session, letter), at)
            else:
                self._note(session, letter, taken, at)
        return "answered"

    def _letter(self, row: Forwarding, at: datetime) -> Letter | None:
        with unit_of_work(self.engine) as session:
            kept = session.get_one(Forwarding, row.id)
            if kept.lease != row.lease:
                return None
            letter = letter_of(session, kept, self.settings.base_url, self.settings.mail_from)
            if letter is None:
                _end(session, kept, at)
            return letter

    def _delivered(self, letter: Letter, at: datetime) -> Taken | None:
        """Return what the body has of a letter; None if it has nothing, nor needs it any more."""
        client = Client(self.client, letter.where)
        if letter.state == "token":
            return Taken(_number(client, letter.token))
        if letter.state == "asked":
            if found := self._found(client, letter, at):
                return Taken(found)
            if letter.asked_at is not None and at - letter.asked_at < self.patience:
                raise TroubleError("looking", "lost")
            if letter.unwanted:
                return None
        with unit_of_work(self.engine) as session:
            row = _leased(session, letter)
            row.state, row.asked_at, row.due_at = "asked", at, at + LEASE
            row.photos = ",".join(letter.photos)
        return client.post(letter.form, str(letter.id))

    def _found(self, client: Client, letter: Letter, at: datetime) -> str:
        """Return the number under which our own request is known there, "" if it is not."""
        since = max(letter.made_at, at - SPAN)
        try:
            return client.seek(letter.mark, str(letter.form["service_code"]), since, at)
        except TroubleError as trouble:
            # A body that shows no list cannot be asked; all others are asked until they answer.
            if trouble.fate != "refused":
                raise TroubleError(trouble.code, "lost", trouble.said) from trouble
            return ""

    def _note(self, session: Session, letter: Letter, taken: Taken, at: datetime) -> None:
        row = _leased(session, letter)
        note_well(session, row.body_id, at)
        row.lease = None
        if taken.remote_id:
            note_taken(session, SYSTEM, row, taken.remote_id, self.settings.language, at=at)
            # What was shown while it was on its way; that may still be taken back.
            due_at = at + timedelta(seconds=UNDO_S)
            pass_photos(session, SYSTEM, row.report_id, due_at=due_at, at=at)
            row.due_at = at + timedelta(seconds=self.settings.forward_follow_s)
            return
        row.state, row.token, row.tries, row.error = "token", taken.token[:200], 0, None
        row.due_at = at + timedelta(seconds=2)

    def _put_back(
        self, session: Session, letter: Letter, trouble: TroubleError, at: datetime
    ) -> None:
        row = _leased(session, letter)
        note_trouble(session, row, trouble, at)
        if row.state == "asked" and trouble.fate == "again":
            row.state = "waiting"
        if trouble.fate == "refused":
            row.state = "refused"


def _number(client: Client, token: str) -> str:
    """Return the number behind a token; a token that is not known yet is asked for again."""
    try:
        number = client.number_of(token)
    except TroubleError as trouble:
        if trouble.fate != "refused":
            raise
        number = ""
    if not number:
        raise TroubleError("no_number", "again")
    return number


def _leased(session: Session, letter: Letter) -> Forwarding:
    """Return the row while it is ours; what another courier holds by now is left to it."""
    row = session.get_one(Forwarding, letter.id)
    if row.lease != letter.lease:
        raise LeaseLostError
    return row


def _end(session: Session, row: Forwarding, at: datetime) -> None:
    """Let go of a letter, unless its report goes on again since the body was asked.

    It is held: what lets it go on from here on is heard of later, and finds the letter let go.
    """
    report = session.get_one(Report, row.report_id)
    hold(session, report)
    row.lease, row.due_at = None, at
    row.state = row.state if needs_somebody(report) else "ended"
