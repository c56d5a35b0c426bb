"""Who has in hand what goes to other bodies, and how long it waits at most.

What waits longer was put off by a clock that was ahead.
"""

import logging
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Update, and_, case, func, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from participation.reports.forwarding.models import Forwarding, ForwardingWord
from participation.reports.rules import UNDO_S
from services.clock import SKEW
from services.db import Session, unit_of_work

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
# After a visit that broke off on our side.
BROKEN_OFF = timedelta(seconds=15)
LONGEST_WAIT_S, LAST_DOUBLING = 3600, 12
RIGHT_EVERY_S, NEWS_RIGHT_EVERY_S = 60, 3600
WAITING = ("waiting", "asked", "token")
OPEN = (*WAITING, "followed")
# A request is asked for often at first, and once a day when it has been there long: until when,
# and after how many times the setting.
LOOKS = (timedelta(days=1), 1), (timedelta(days=14), 12)
SELDOM = 288


def wait_after(tries: int) -> timedelta:
    """Return the wait after the `tries`-th failure: 2, 4, 8 ... seconds, an hour at most."""
    return timedelta(seconds=min(2 ** min(tries, LAST_DOUBLING), LONGEST_WAIT_S))


def next_look(taken_at: datetime, every_s: int, at: datetime) -> datetime:
    """Return when a body is asked again for news of what it took at `taken_at`."""
    times = next((times for age, times in LOOKS if at - taken_at < age), SELDOM)
    return at + timedelta(seconds=every_s * times)


def take(engine: Engine, row: Forwarding | ForwardingWord, at: datetime) -> bool:
    """Lease what was found due, unless somebody else did or it changed since; say whether."""
    lease, table = secrets.token_hex(16), type(row)
    with unit_of_work(engine) as session:
        claim = session.connection().execute(
            update(table)
            .where(table.id == row.id, table.due_at == row.due_at, table.state == row.state)
            .values(lease=lease, due_at=at + LEASE)
        )
    # What another has is never taken for ours, whoever had it when it was found.
    row.lease = lease if claim.rowcount == 1 else None
    return row.lease is not None


def ours(bag: Sequence[Forwarding]) -> Forwarding:
    """Return the first of what was to be leased that was."""
    return next(row for row in bag if row.lease)


def put_off(engine: Engine, due: Update, row: Forwarding | ForwardingWord) -> None:
    """Leave what is `due` until `row` is, which a body did not take; where that fails, it stays."""
    try:
        with unit_of_work(engine) as session:
            table = type(row)
            again_at = session.scalars(select(table.due_at).where(table.id == row.id)).one()
            session.connection().execute(due.values(due_at=again_at, lease=None))
    except Exception:
        log.exception("what waits for a body that is away was not put off; it is still due")


def release(engine: Engine, bag: Sequence[Forwarding], at: datetime) -> None:
    """Let go of what is still ours; where even that fails the leases lapse."""
    mine = Forwarding.lease.in_([row.lease for row in bag if row.lease])
    try:
        with unit_of_work(engine) as session:
            again = {"lease": None, "due_at": at + BROKEN_OFF}
            session.execute(update(Forwarding).where(mine).values(again))
    except Exception:
        log.exception("the leases of a visit could not be given back")


def put_right(session: Session, at: datetime) -> None:
    """Let what waits for longer than it can wait as if it were put off `at`, and warn of it."""
    _settle(session, [*_letters(session, at), *_words(session, at)])


def put_news_right(session: Session, at: datetime, *, follow_s: int) -> None:
    """Do so for what is followed, with news asked for every `follow_s` seconds.

    That is nearly all there is, and all of it is read: 400,000 requests take some seconds.
    """
    late, held = at + SKEW, Forwarding.lease.is_not(None)
    mine = Forwarding.state == "followed", Forwarding.due_at > late
    found = select(Forwarding.body_id, func.max(Forwarding.tries))
    waits = found.where(Forwarding.state.in_(OPEN), Forwarding.due_at > late)
    looked = or_(held, Forwarding.due_at > _look(late, follow_s))
    righted = _righted(at).where(*mine, looked)
    bodies = session.execute(waits.group_by(Forwarding.body_id)).all()
    beyond = [(body_id, _beyond(held, Forwarding.due_at, late, tries)) for body_id, tries in bodies]
    _settle(session, [righted.where(Forwarding.body_id == of, over) for of, over in beyond])


def _settle(session: Session, wrong: list[Update]) -> None:
    if righted := sum(session.connection().execute(one).rowcount for one in wrong):
        log.warning(
            "%s things for other bodies were put off for longer than can be: was a clock ahead?",
            righted,
        )


def _righted(at: datetime) -> Update:
    """Return what puts requests right, and the moments such a clock gave them."""
    late, held = at + SKEW, Forwarding.lease.is_not(None)
    moments = Forwarding.made_at, Forwarding.asked_at, Forwarding.taken_at
    then = {one.key: case((one > late, _moment(at)), else_=one) for one in moments}
    due_at = case((held, _moment(at + LEASE)), else_=_moment(at))
    return update(Forwarding).values(due_at=due_at, **then)


def _letters(session: Session, at: datetime) -> Iterator[Update]:
    """Yield what puts the requests right that each body did not take yet."""
    late, held = at + SKEW, Forwarding.lease.is_not(None)
    mine = Forwarding.state.in_(WAITING), Forwarding.due_at > late
    for body_id, tries in _tried(session, late):
        beyond = _beyond(held, Forwarding.due_at, late, tries)
        yield _righted(at).where(Forwarding.body_id == body_id, *mine, beyond)


def _tried(session: Session, late: datetime) -> list[tuple[UUID, int]]:
    """Return for which bodies letters wait beyond `late`, and how often what they wait with was
    tried: one of them, or the news they were put off with, to the same moment."""
    mine = Forwarding.state.in_(WAITING), Forwarding.due_at > late
    found = select(Forwarding.body_id, Forwarding.due_at, func.max(Forwarding.tries).label("tries"))
    # By the moment first: SQLite would read all there is in the order of its bodies else.
    of = found.where(*mine).group_by(Forwarding.due_at, Forwarding.body_id).subquery()
    news = and_(Forwarding.body_id == of.c.body_id, Forwarding.due_at == of.c.due_at)
    with_news = and_(Forwarding.state == "followed", news)
    tries = func.max(of.c.tries), func.coalesce(func.max(Forwarding.tries), 0)
    waits = select(of.c.body_id, *tries).outerjoin_from(of, Forwarding, with_news)
    rows = session.execute(waits.group_by(of.c.body_id)).all()
    return [(body_id, max(own, theirs)) for body_id, own, theirs in rows]


def _words(session: Session, at: datetime) -> Iterator[Update]:
    """Yield what puts the words of each body right; a photo may still be taken back."""
    late, held = at + SKEW, ForwardingWord.lease.is_not(None)
    mine = ForwardingWord.state == "waiting", ForwardingWord.due_at > late
    found = select(Forwarding.body_id, func.max(ForwardingWord.tries)).where(*mine)
    found = found.join(ForwardingWord, ForwardingWord.forwarding_id == Forwarding.id)
    new_photo = and_(ForwardingWord.photo_hash.is_not(None), ForwardingWord.tries == 0)
    shown = _moment(at + timedelta(seconds=UNDO_S))
    due_at = case((held, _moment(at + LEASE)), (new_photo, shown), else_=_moment(at))
    for body_id, tries in session.execute(found.group_by(Forwarding.body_id)).all():
        beyond = _beyond(held, ForwardingWord.due_at, late, tries)
        theirs = select(Forwarding.id).where(Forwarding.body_id == body_id)
        righted = update(ForwardingWord).where(ForwardingWord.forwarding_id.in_(theirs), beyond)
        yield righted.where(*mine).values(due_at=due_at)


def _beyond(
    held: ColumnElement[bool], due_at: InstrumentedAttribute[datetime], late: datetime, tries: int
) -> ColumnElement[bool]:
    """Say of what waits for one body whether it waits for longer than it can.

    All of it may wait as long as the one that was tried most: it was put off with that.
    """
    waits = max(BROKEN_OFF, wait_after(tries))
    return or_(and_(held, due_at > late + LEASE), and_(~held, due_at > late + waits))


def _look(at: datetime, every_s: int) -> ColumnElement[datetime]:
    """Return when each request is looked at next that is looked at `at` (see `next_look`)."""
    later = {times: _moment(at + timedelta(seconds=every_s * times)) for _, times in LOOKS}
    looks = [(Forwarding.taken_at > at - age, later[times]) for age, times in LOOKS]
    return case(*looks, else_=_moment(at + timedelta(seconds=every_s * SELDOM)))


def _moment(at: datetime) -> ColumnElement[datetime]:
    return literal(at, Forwarding.due_at.type)
