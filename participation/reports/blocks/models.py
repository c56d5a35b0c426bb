"""What is stored against abuse: blocks with a reason and an end, and where reports came from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class ReportBlock(Base):
    """A person, or a browser by its `device`, who may not report or judge for a while.

    It holds from `since` until `until`, or until it was lifted; the person reads `reason`. Where
    they erased their account, keyed hashes of their address and of who they were at an identity
    provider stand in their place.
    """

    __tablename__ = "report_block"
    __table_args__ = (
        CheckConstraint(
            "person_id IS NOT NULL OR device IS NOT NULL OR address_hash IS NOT NULL"
            " OR identity_hash IS NOT NULL",
            name="whom",
        ),
        CheckConstraint("until >= since", name="span"),
        Index(None, "device", "until"),
        Index(None, "person_id", "until"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    device: Mapped[str | None] = mapped_column(String(64))
    address_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    identity_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)


class ReportTrace(Base):
    """Which browser a report came from, and why it waited for a first look; staff alone see it.

    `device` is a hash of that browser's own random cookie, `why` a word of rules_blocks or empty.
    It is forgotten after `TRACE_KEPT` of rules_blocks.
    """

    __tablename__ = "report_trace"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    device: Mapped[str | None] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(20), default="")
    at: Mapped[datetime] = mapped_column(index=True)
