"""What a notice says by the time it rings: who told it may have to say less by then, or nothing.

It may wait for hours, for the end of quiet ones or for its push service. Meanwhile the person may
have stopped following what it is about, and may follow it again: it is weighed when it is sent.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.db import Session
from services.push.models import PushMessage
from services.registry import Held, Weigh

log = logging.getLogger(__name__)


def weighed(
    session: Session, message: PushMessage, weighs: Mapping[str, Weigh], at: datetime
) -> bytes | None:
    """Return the body of a notice as it is to ring `at`; None where it is to ring no more.

    An emergency is never muted, nor is what nobody weighs. Where the weighing itself fails the
    notice says what it said: better heard in vain than not at all.
    """
    if message.urgency_class == "emergency":
        return message.body
    try:
        return _said_now(session, message, weighs, at)
    except Exception:
        log.exception("a notice could not be weighed; it says what it said")
        return message.body


def _said_now(
    session: Session, message: PushMessage, weighs: Mapping[str, Weigh], at: datetime
) -> bytes | None:
    told: dict[str, Any] = msgspec.json.decode(message.body)
    weigh = weighs.get(told["upon"]["kind"]) if "upon" in told else None
    if weigh is None:
        return message.body
    shown, keys = told["notification"], msgspec.convert(told["upon"]["keys"], tuple[UUID, ...])
    held = weigh(session, Held(message.person_id, keys, shown["title"], shown["body"]), at)
    if held is None:
        return None
    shown |= {"title": held.title, "body": held.body}
    return msgspec.json.encode(told)
