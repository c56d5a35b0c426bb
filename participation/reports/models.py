"""What is stored of a report. Facts are appended; the row holds the newest state."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import mapped_column

from participation.reports.rules import ENDED, Status
from services.db import Base, Key, Mapped
from services.maps import cluster_table

LIVE = tuple(s.value for s in Status if s not in ENDED)
# What waits, in the words by which both databases know its index again.
WAITS = text(f"status IN ({', '.join(repr(state) for state in LIVE)})")


def _first_promise(context: Any) -> datetime:
    """Return the promise a report begins with: the day it was first given."""
    return context.get_current_parameters()["due_at"]  # type: ignore[no-any-return]


class Report(Base):
    """A problem at a place. `cell` is the Morton code of the place (services.maps).

    `promised_at` is the first promise and never moves: the public numbers are counted by it.
    `due_at` is the promise that stands now, `rises_at` when it comes so near that the report is
    raised, `ended_at` when it was settled, None while it is not.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon"),
        UniqueConstraint("source", "source_id"),
        UniqueConstraint("reporter_id", "idempotency_key"),
        Index(
            "ix_report_place",
            "cell",
            "lat",
            "lon",
            "shelf",
            "category",
            "status",
            "opened_at",
            "id",
            "title",
        ),
        Index("ix_report_newest", "opened_at", "id"),
        Index("ix_report_sheet", "shelf", "opened_at", "id", "category", "lat", "lon"),
        Index(
            "ix_report_shelf_place", "shelf", "cell", "opened_at", "id", "category", "lat", "lon"
        ),
        Index("ix_report_shelf", "shelf", "ended_at", "opened_at"),
        Index("ix_report_newest_of", "status", "opened_at", "id"),
        Index("ix_report_queue", "status", "severity", "opened_at"),
        Index(
            "ix_report_waits",
            "severity",
            "opened_at",
            "id",
            "category",
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        ),
    )

    id: Mapped[Key]
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[str | None] = mapped_column(String(40))
    source_id: Mapped[str | None] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(String(4000))
    answer: Mapped[str] = mapped_column(String(500), default="")
    category: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(20))
    severity: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    cell: Mapped[int] = mapped_column(BigInteger)
    place: Mapped[str] = mapped_column(String(200), default="")
    photo_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"), index=True)
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"), index=True)
    earlier_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"), index=True)
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    promised_at: Mapped[datetime] = mapped_column(default=_first_promise)
    due_at: Mapped[datetime]
    rises_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    followers: Mapped[int] = mapped_column(default=0)
    # The Shelf on which the clusters count it; only `clusters` writes it.
    shelf: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")


class ReportUnpromised(Base):
    """A report of another city, which promised nothing about it: none was kept and none broken."""

    __tablename__ = "report_unpromised"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)


class ReportPhoto(Base):
    """A further photo of a report, by its place among them; the first stands in the report's row.

    Lists, cards and the map show the first alone, and read no more than they did.
    """

    __tablename__ = "report_photo"
    __table_args__ = (CheckConstraint("position BETWEEN 2 AND 3", name="position"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    photo_hash: Mapped[str] = mapped_column(String(64), index=True)


class ExactPlace(Base):
    """Where a report really is whose kind is shown to others roughly; for those who work on it."""

    __tablename__ = "exact_place"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    lat: Mapped[float]
    lon: Mapped[float]
    place: Mapped[str] = mapped_column(String(200), default="")


class ReportEntry(Base):
    """One step of a report's story; a note (`public` false) is for staff alone."""

    __tablename__ = "report_entry"

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(4000), default="")
    role: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    public: Mapped[bool]


class ReportFollow(Base):
    """A person who hears of every step, and has read the city's answers up to `read_until`."""

    __tablename__ = "report_follow"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    since: Mapped[datetime]
    read_until: Mapped[datetime | None]


REPORT_CLUSTER = cluster_table("report_cluster", Base.metadata)
