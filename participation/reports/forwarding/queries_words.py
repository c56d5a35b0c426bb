"""What people here say of a report that another body has, outward and in the console."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from participation.reports.forwarding.client import Endpoint
from participation.reports.forwarding.models import Forwarding, ForwardingWord, OutsideBody
from participation.reports.forwarding.queries import (
    LONGEST_TEXT,
    SHOWN,
    Underway,
    endpoint_of,
    stuck_row,
    underway_row,
)
from participation.reports.models import Report, ReportEntry
from participation.reports.rules import CONFIRMED, DISPUTED, Status
from services import i18n
from services.db import Session
from services.registry import Stuck

NOT_SETTLED = "People here say that it is not settled."


class Saying(msgspec.Struct, frozen=True):
    """A word on its way to a body; `name` is the same for every try."""

    where: Endpoint
    remote_id: str
    name: str
    word: str
    text: str
    at: datetime


def word_for(entry: ReportEntry) -> str | None:
    """Return the word of the extension for a step that a body should hear; None for no such step.

    What the body itself said has no actor here, and does not go back to it.
    """
    if not entry.public:
        return None
    if entry.kind == DISPUTED:
        return "OPEN"
    if entry.kind == CONFIRMED and entry.text:
        return "FIXED"
    opened_again = entry.kind == "answer" and entry.status == Status.OPEN
    return "OPEN" if opened_again and entry.actor_id is not None else None


def saying_of(session: Session, word_id: UUID, lang: str) -> Saying:
    """Return a word as it goes out: what is public of the step, and nobody's name."""
    word, row, entry, body = session.execute(
        select(ForwardingWord, Forwarding, ReportEntry, OutsideBody)
        .join(Forwarding, Forwarding.id == ForwardingWord.forwarding_id)
        .join(ReportEntry, ReportEntry.id == ForwardingWord.entry_id)
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .where(ForwardingWord.id == word_id)
    ).one()
    said = entry.text if entry.public else ""
    return Saying(
        where=endpoint_of(body),
        remote_id=row.remote_id or "",
        name=str(entry.id),
        word=word.word,
        text=said[:LONGEST_TEXT] or i18n.translate(lang, NOT_SETTLED),
        at=entry.at,
    )


def unwanted(session: Session) -> list[Stuck]:
    """Return the words a body said no to: they wait for an operator (services.registry)."""
    return [stuck_row(one) for one in unheard(session, ("refused",))]


def unheard(session: Session, states: Sequence[str] = ("waiting", "refused")) -> list[Underway]:
    """Return the words that a body has not heard yet, or did not want to, the oldest first."""
    rows = session.execute(
        select(ForwardingWord, Forwarding.report_id, Report.title, OutsideBody.name)
        .join(Forwarding, Forwarding.id == ForwardingWord.forwarding_id)
        .join(Report, Report.id == Forwarding.report_id)
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .where(ForwardingWord.state.in_(states))
        .order_by(ForwardingWord.due_at, ForwardingWord.id)
        .limit(SHOWN)
    )
    return [underway_row(one, report_id, title, name) for one, report_id, title, name in rows]
