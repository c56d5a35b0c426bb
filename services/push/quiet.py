"""A person's quiet hours: no notice rings in them but what is an emergency or was asked for then.

They are looked at when a notice is about to be sent, not when it is made: one that is tried again
and again must not ring in them either, and who changes them changes them for what waits.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import CursorResult, Update, delete, select, update

from services import audit
from services.db import Session
from services.db.keys import among
from services.hours import clock_of, quiet_until
from services.push.models import PushMessage, QuietHours
from services.push.post import CLASSES

REPLACED = {"state": "dead", "error": "replaced", "body": b""}


class Hours(NamedTuple):
    """Minutes since midnight of the city's day; None, or both the same: no quiet hours."""

    starts: int | None = None
    ends: int | None = None


def quiet_hours_of(session: Session, people: Iterable[UUID]) -> dict[UUID, Hours]:
    """Return the quiet hours of each of `people` who has some."""
    wanted = among(QuietHours.person_id.expression, list(set(people)))
    rows = session.scalars(select(QuietHours).where(wanted))
    return {row.person_id: Hours(row.starts, row.ends) for row in rows}


def set_quiet_hours(session: Session, person_id: UUID, hours: Hours, *, at: datetime) -> None:
    """Keep when a person is left alone; what waits for the end of other hours is looked at anew."""
    session.execute(delete(QuietHours).where(QuietHours.person_id == person_id))
    if hours.starts is not None and hours.ends is not None and hours.starts != hours.ends:
        session.add(QuietHours(person_id=person_id, starts=hours.starts, ends=hours.ends))
    held = PushMessage.person_id == person_id, PushMessage.state == "waiting"
    # What was tried waits for its push service, not for an hour.
    later = PushMessage.tries == 0, PushMessage.due_at > at
    session.execute(update(PushMessage).where(*held, *later).values(due_at=at))
    session.info["noticed"] = True
    session.flush()
    audit.record(session, person_id, "set_quiet_hours", "quiet_hours", "", at=at)


def held_until(
    urgency_class: str, hours: Sequence[int | None], zone: str, at: datetime
) -> datetime | None:
    """Return when a notice of a class may ring whose person has these hours; None: now."""
    if not CLASSES[urgency_class].waits:
        return None
    until = quiet_until(at, zone, *hours)
    return until if until is not None and until > at else None


def put_off(session: Session, row: Any, until: datetime) -> None:
    """Let what is due wait until quiet hours end; `row` is as the sender read it.

    Where another sender was first, nothing is done: its claim stands, and so does its putting off.
    Of one tag and class only the newest waits for the end of them: else both would leave at once
    then, and the older one might come last. What was tried before is older than what was not.
    """
    mine = PushMessage.id == row.id, PushMessage.state == "waiting"
    held = update(PushMessage).where(*mine, PushMessage.due_at == row.due_at)
    if not _changed(session, held.values(due_at=until)):
        return
    others = (
        PushMessage.subscription_id == row.subscription_id,
        PushMessage.topic == row.topic,
        PushMessage.urgency_class == row.urgency_class,
        PushMessage.state == "waiting",
        PushMessage.due_at == until,
        PushMessage.id != row.id,
    )
    if row.tries == 0:
        session.execute(update(PushMessage).where(*others).values(REPLACED))
    elif session.scalar(select(PushMessage.id).where(*others, PushMessage.tries == 0).limit(1)):
        session.execute(update(PushMessage).where(*mine).values(REPLACED))


def _changed(session: Session, statement: Update) -> int:
    """Return how many rows a statement changed."""
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], done).rowcount


def export_of(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    """Return a person's quiet hours as clocks show them."""
    found = quiet_hours_of(session, [person_id]).values()
    return [{"from": clock_of(one.starts), "until": clock_of(one.ends)} for one in found]
