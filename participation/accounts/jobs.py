"""Timed work of accounts: what is over is forgotten."""

import logging
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from participation.accounts import actions, queries
from participation.accounts.models import KnownBrowser, LoginCode, SignInSession
from participation.accounts.rules import BROWSER_KNOWN, CODE_KEPT, sent_before
from services.auth import STRANGER
from services.clock import SKEW
from services.db import Session

log = logging.getLogger(__name__)
RIGHT_EVERY_S = 60


def forget_past(session: Session, at: datetime) -> None:
    """Delete codes and sign-ins that ended a day ago or earlier, and browsers not seen for long."""
    session.execute(delete(LoginCode).where(LoginCode.expires_at < at - CODE_KEPT))
    session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at < at - BROWSER_KNOWN))
    ended = or_(
        SignInSession.expires_at < at - CODE_KEPT, SignInSession.revoked_at < at - CODE_KEPT
    )
    session.execute(delete(SignInSession).where(ended))


def put_codes_right(session: Session, at: datetime) -> None:
    """Let codes of a clock that was ahead live, and count, no longer than others.

    They keep their order: of those of one browser the newest is the one that counts.
    """
    ahead = select(LoginCode.id).where(LoginCode.sent_at > at + SKEW)
    keys = session.scalars(ahead.order_by(LoginCode.sent_at)).all()
    for order, key in enumerate(keys):
        code = update(LoginCode).where(LoginCode.id == key)
        session.execute(code.values(sent_before(at, order)))
    if keys:
        log.warning("%d codes were sent later than now: was a clock ahead?", len(keys))


def take_back_unheard(session: Session, at: datetime) -> None:
    """Take back what providers gave and did not confirm for long: who left signs in no more."""
    for person_id, role in queries.unheard(session, at):
        actions.take_back(session, STRANGER, person_id, role, at=at)
