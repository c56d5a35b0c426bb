"""The chain of public steps, and its daily heads. No person stands in it, and no word of one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import mapped_column

from services.db import Base, Mapped


class HistoryStep(Base):
    """A link for a public entry, or for its withdrawal; it outlives what it speaks of.

    `seq` counts the city's steps without a gap, `position` those of a report, both from 1; what
    came before is the step with the number before.
    `salt` goes when the words of its entry are taken off for good.
    `category` and what follows are a rules.Seal; links of an older `format` have less of it.
    """

    __tablename__ = "report_history"
    __table_args__ = (UniqueConstraint("report_id", "position"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report_id: Mapped[UUID]
    position: Mapped[int]
    entry_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str | None] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    # The position of the step that this one takes back; NULL for a step of its own.
    of: Mapped[int | None]
    commitment: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    # Of rules.FORMATS; a row that was there before there was another is of the first.
    format: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    category: Mapped[str | None] = mapped_column(String(30))
    # Letter by letter as they stand in the link: nothing is ever reckoned with them.
    due: Mapped[str | None] = mapped_column(String(32))
    promised: Mapped[str | None] = mapped_column(String(32))
    merged_into: Mapped[str | None] = mapped_column(String(36))
    team: Mapped[str | None] = mapped_column(String(170))


class HistoryLate(Base):
    """A step from before there was a chain, which may still join it."""

    __tablename__ = "history_late"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)


class HistoryCheck(Base):
    """The one row that says when the stories were last held against the chain, and what of them
    stood in none."""

    __tablename__ = "history_check"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    unchained: Mapped[int]


class HistoryHead(Base):
    """How long the city's chain was, and its newest digest, when the day (UTC) was first seen."""

    __tablename__ = "history_head"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    at: Mapped[datetime]
    count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
