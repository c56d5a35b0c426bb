"""The one gate from an outside id to a followed place: nobody but its owner finds anything."""

from datetime import datetime

from participation.alerts.models import Alert
from participation.alerts.rules import UNDO
from services.auth import Actor
from services.db import Session
from services.errors import NotFoundError
from services.ids import parse_id


def alert_for(session: Session, actor: Actor, alert_id: str) -> Alert:
    """Return the actor's own alert; raises NotFoundError for another's and for a removed one."""
    alert = _own(session, actor, alert_id)
    if alert.removed_at is not None:
        raise NotFoundError
    return alert


def removed_alert_for(session: Session, actor: Actor, alert_id: str, *, at: datetime) -> Alert:
    """Return the actor's own alert that was removed a moment ago; else raises NotFoundError."""
    alert = _own(session, actor, alert_id)
    if alert.removed_at is None or at - alert.removed_at > UNDO:
        raise NotFoundError
    return alert


def _own(session: Session, actor: Actor, alert_id: str) -> Alert:
    key = parse_id(alert_id)
    alert = session.get(Alert, key) if key is not None else None
    if alert is None or actor.id is None or alert.person_id != actor.id:
        raise NotFoundError
    return alert
