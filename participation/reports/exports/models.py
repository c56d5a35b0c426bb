"""Files of reports that were asked for, kept in parts until their time is over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class ReportExport(Base):
    """A CSV file in the making: `done` of `total` rows stand in its parts.

    `filters` is JSON; `scope` says whose columns it has: "public" or "staff". `after_id` is the
    last report written.
    """

    __tablename__ = "report_export"
    __table_args__ = (Index("ix_report_export_same", "scope", "asked_at"),)

    id: Mapped[Key]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    scope: Mapped[str] = mapped_column(String(10))
    filters: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(10))
    total: Mapped[int]
    done: Mapped[int]
    size: Mapped[int]
    parts: Mapped[int]
    after_id: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ReportExportPart(Base):
    """Some thousand lines, gzipped; parts in order make the file."""

    __tablename__ = "report_export_part"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("report_export.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes]
