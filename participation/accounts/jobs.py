"""Timed work of accounts: what is over is forgotten."""

from datetime import datetime

from sqlalchemy import delete, or_

from participation.accounts.models import LoginCode, SignInSession
from participation.accounts.rules import CODE_KEPT
from services.db import Session


def forget_past(session: Session, at: datetime) -> None:
    """Delete codes and sign-ins that ended a day ago or earlier."""
    session.execute(delete(LoginCode).where(LoginCode.expires_at < at - CODE_KEPT))
    ended = or_(
        SignInSession.expires_at < at - CODE_KEPT, SignInSession.revoked_at < at - CODE_KEPT
    )
    session.execute(delete(SignInSession).where(ended))
