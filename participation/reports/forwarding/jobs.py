"""The courier: carries requests to other bodies and comes back with what they say.

A lease marks what is being carried, and that a request goes out is on the disk before it does: a
courier that dies, or an answer that is lost, leads to a look for our own mark at the body before
anything is sent again.
"""

import logging
import secrets
import threading
import time
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, select, update

from participation.reports.access import hold
from participation.reports.forwarding.actions import note_taken
from participation.reports.forwarding.actions_follow import Heard, hear, pass_photos
from participation.reports.forwarding.client import LARGEST, Client, Taken
from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.forwarding.queries import (
    WAITING,
    Letter,
    endpoint_of,
    letter_of,
    needs_somebody,
)
from participation.reports.forwarding.reading import TroubleError
from participation.reports.models import Report
from participation.reports.rules import UNDO_S
from services import clock
from services.auth import Actor
from services.config import Settings
from services.db import Session, reading_session, unit_of_work
from services.outbound import GuardedSession

log = logging.getLogger(__name__)
SYSTEM = Actor(None)
LEASE = timedelta(minutes=5)
BROKEN_OFF = timedelta(seconds=15)
AT_ONCE = 48
LONGEST_WAIT_S = 3600
FOLLOWED_FOR = timedelta(days=180)
OVERLAP = timedelta(hours=1)
SPAN = timedelta(days=80)
# What is said while we ask, or by a clock ahead of ours, is heard too.
AHEAD = timedelta(minutes=5)
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

    def run(self) -> None:
        """Carry for ever."""
        while True:
            try:
                self.turn(clock.now())
            except Exception:
                log.exception("the courier's turn failed; the next follows")
            time.sleep(POLL_S)

    def turn(self, at: datetime) -> int:
        """Carry and follow all that is due once, bodies side by side; return how much it was."""
        due = self._claim(at)
        bags: dict[UUID, list[Forwarding]] = {}
        for row in due:
            bags.setdefault(row.body_id, []).append(row)
        couriers = [threading.Thread(target=self._visit, args=(bag, at)) for bag in bags.values()]
        for one in couriers:
            one.start()
        for one in couriers:
            one.join()
        return len(due)

    def _claim(self, at: datetime) -> list[Forwarding]:
        wanted = (
            select(Forwarding)
            .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
            .where(Forwarding.state.in_((*WAITING, "followed")), Forwarding.due_at <= at)
            .where(OutsideBody.paused_at.is_(None))
            .order_by(Forwarding.due_at, Forwarding.id)
            .limit(AT_ONCE)
        )
        with reading_session(self.engine) as session:
            rows = session.scalars(wanted).all()
        return [row for row in rows if self._lease(row, at)]

    def _lease(self, row: Forwarding, at: datetime) -> bool:
        lease = secrets.token_hex(16)
        with unit_of_work(self.engine) as session:
            claim = session.connection().execute(
                update(Forwarding)
                .where(Forwarding.id == row.id, Forwarding.due_at == row.due_at)
                .values(lease=lease, due_at=at + LEASE)
            )
        row.lease = lease
        return claim.rowcount == 1

    def _visit(self, bag: list[Forwarding], at: datetime) -> None:
        """Bring one body its letters, then ask it for news; stop where it does not answer.

        A slow body keeps a whole bag for minutes: each letter leaves at its own moment.
        """
        began = clock.now()
        try:
            for row in (one for one in bag if one.state != "followed"):
                if self._carry(row, at + (clock.now() - began)):
                    return
            if followed := [one for one in bag if one.state == "followed"]:
                self._follow(followed, at + (clock.now() - began))
        except Exception:
            log.exception("a visit broke off; it is made again")
            self._release(bag, at)

    def _release(self, bag: list[Forwarding], at: datetime) -> None:
        """Let go of what is still ours; where even that fails the leases lapse."""
        mine = [row.lease for row in bag]
        try:
            with unit_of_work(self.engine) as session:
                again = {"lease": None, "due_at": at + BROKEN_OFF}
                session.execute(update(Forwarding).where(Forwarding.lease.in_(mine)).values(again))
        except Exception:
            log.exception("the leases of a visit could not be given back")

    def _carry(self, row: Forwarding, at: datetime) -> bool:
        """Carry one letter; say whether the body was away."""
        letter, began = self._letter(row, at), clock.now()
        if letter is None:
            return False
        try:
            taken = self._delivered(letter, at)
        except TroubleError as trouble:
            with unit_of_work(self.engine) as session:
                self._put_back(session, letter, trouble, at + (clock.now() - began))
            return trouble.away
        with unit_of_work(self.engine) as session:
            if taken is None:
                _end(session, _leased(session, letter), at)
            else:
                self._note(session, letter, taken, at)
        return False

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
        _well(session, row.body_id, at)
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
        _wait(session, row, trouble, at)
        if row.state == "asked" and trouble.fate == "again":
            row.state = "waiting"
        if trouble.fate == "refused":
            row.state = "refused"

    def _follow(self, bag: list[Forwarding], at: datetime) -> None:
        """Ask a body for news of its requests."""
        with reading_session(self.engine) as session:
            body = session.get_one(OutsideBody, bag[0].body_id)
        client = Client(self.client, endpoint_of(body))
        taken = min(row.taken_at or at for row in bag)
        since = max((body.updates_until or taken) - OVERLAP, at - SPAN)
        try:
            # States first: a word that comes between the two calls is then heard with its state.
            remotes = client.requests([row.remote_id for row in bag if row.remote_id])
            updates = client.updates(since, at + AHEAD)
        except TroubleError as trouble:
            with unit_of_work(self.engine) as session:
                for row in bag:
                    _wait(session, session.get_one(Forwarding, row.id), trouble, at)
            return
        with unit_of_work(self.engine) as session:
            body = _well(session, body.id, at)
            hear(session, SYSTEM, body, Heard(updates, remotes), self.settings.language, at=at)
            for row in bag:
                self._look_later(session.get_one(Forwarding, row.id), at)

    def _look_later(self, row: Forwarding, at: datetime) -> None:
        row.lease, row.error, row.tries = None, None, 0
        row.due_at = _next_look(row, self.settings.forward_follow_s, at)
        if at - (row.taken_at or at) > FOLLOWED_FOR:
            row.state = "ended"


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


def _well(session: Session, body_id: UUID, at: datetime) -> OutsideBody:
    body = session.get_one(OutsideBody, body_id)
    body.well_at, body.trouble, body.trouble_at = at, None, None
    return body


def _wait(session: Session, row: Forwarding, trouble: TroubleError, at: datetime) -> None:
    """Try again later, each time twice as late, up to an hour."""
    row.tries += 1
    row.lease, row.error = None, f"{trouble.code}: {trouble.said}"[:300]
    row.due_at = at + timedelta(seconds=min(2.0 ** min(row.tries, 12), LONGEST_WAIT_S))
    if trouble.code not in ("looking", "no_number"):
        body = session.get_one(OutsideBody, row.body_id)
        body.trouble, body.trouble_at = row.error, at


def _next_look(row: Forwarding, every_s: int, at: datetime) -> datetime:
    """Return when a body is asked again: often at first, once a day when it has been long."""
    age = at - (row.taken_at or at)
    times = 1 if age < timedelta(days=1) else 12 if age < timedelta(days=14) else 288
    return at + timedelta(seconds=every_s * times)
