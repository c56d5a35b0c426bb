"""Whom the city asked whether it is really fixed, and how content they were."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class ReportAsking(Base):
    """One person's question about one settling; its token, kept as a hash, is good for one word."""

    __tablename__ = "report_asking"
    __table_args__ = (UniqueConstraint("person_id", "entry_id"),)

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("report_entry.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ReportRating(Base):
    """How content a person is, from 1 to 5, once for each report; shown in sums alone."""

    __tablename__ = "report_rating"
    __table_args__ = (
        UniqueConstraint("person_id", "report_id"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    )

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    score: Mapped[int]
    at: Mapped[datetime]
