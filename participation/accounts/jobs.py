"""Timed work of accounts: what is over is forgotten."""

from datetime import datetime

from sqlalchemy import delete, or_

from participation.accounts import actions, queries
from participation.accounts.models import KnownBrowser, LoginCode, SignInSession
from participation.accounts.rules import BROWSER_KNOWN, CODE_KEPT
from services.auth import STRANGER
from services.db import Session


def forget_past(session: Session, at: datetime) -> None:
    """Delete codes and sign-ins that ended a day ago or earlier, and browsers not seen for long."""
    session.execute(delete(LoginCode).where(LoginCode.expires_at < at - CODE_KEPT))
    session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at < at - BROWSER_KNOWN))
    ended = or_(
        SignInSession.expires_at < at - CODE_KEPT, SignInSession.revoked_at < at - CODE_KEPT
    )
    session.execute(delete(SignInSession).where(ended))


def take_back_unheard(session: Session, at: datetime) -> None:
    """Take back what providers gave and did not confirm for long: who left signs in no more."""
    for person_id, role in queries.unheard(session, at):
        actions.take_back(session, STRANGER, person_id, role, at=at)
