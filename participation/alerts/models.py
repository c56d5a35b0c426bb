"""What is stored of a followed place: all of it concerns one person alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, select, text
from sqlalchemy.orm import column_property, mapped_column

from services.db import Base, Key, Mapped

NO_CIRCLE = text("kind <> 'circle'")
SOME_WORDS = text("gram IS NOT NULL")
GONE = text("removed_at IS NOT NULL")
UNTOLD = text("told_at IS NULL")
PUT = text("digest_id IS NOT NULL")


class Alert(Base):
    """Something a person follows; `categories` are codes with commas around each, "" for all."""

    __tablename__ = "alert"
    __table_args__ = (
        # Circles, the most by far, have an index of their own: alert_cell's.
        Index("ix_alert_kind", "kind", "ward", sqlite_where=NO_CIRCLE, postgresql_where=NO_CIRCLE),
        Index("ix_alert_gram", "gram", sqlite_where=SOME_WORDS, postgresql_where=SOME_WORDS),
        Index("ix_alert_removed_at", "removed_at", sqlite_where=GONE, postgresql_where=GONE),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_m: Mapped[int | None]
    ward: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[str | None] = mapped_column(String(80))
    # How the words begin, as `gram_of` says: a report is asked only for those that begin in it.
    gram: Mapped[str | None] = mapped_column(String(6))
    categories: Mapped[str] = mapped_column(String(400), default="")
    way: Mapped[str] = mapped_column(String(10))
    active: Mapped[bool]
    since: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class AlertCell(Base):
    """A square that a circle touches: `cell` holds its level and its Morton code.

    The circle itself stands in each row, so that a lookup reads the index alone.
    """

    __tablename__ = "alert_cell"
    __table_args__ = (Index("ix_alert_cell_at", "cell", "lat", "lon", "radius_m", "alert_id"),)

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id"), primary_key=True)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lat: Mapped[float]
    lon: Mapped[float]
    radius_m: Mapped[int]


class AlertHit(Base):
    """A report that an alert found, once; it is told at `due_at` or soon after.

    A report may be found by thousands at once, so that each index here costs a thousandfold: what
    was told, and what was told by itself, stands in none of its own. What is told together, at once
    or in a digest, has a `digest_id`. `person_id` is read of the alert.
    """

    __tablename__ = "alert_hit"
    __table_args__ = (
        Index("ix_alert_hit_due_at", "due_at", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
        Index("ix_alert_hit_digest_id", "digest_id", sqlite_where=PUT, postgresql_where=PUT),
    )

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id"), primary_key=True, index=True)
    way: Mapped[str] = mapped_column(String(10))
    found_at: Mapped[datetime]
    due_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    digest_id: Mapped[UUID | None]
    person_id: Mapped[UUID] = column_property(
        select(Alert.person_id)
        .where(Alert.id == alert_id)
        .correlate_except(Alert)
        .scalar_subquery()
    )


class AlertTimes(Base):
    """When a person wants to be told once a day: the hour of the city's clock.

    When they want to be left alone holds for every notice, and stands with those (services.push).
    """

    __tablename__ = "alert_times"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    digest_hour: Mapped[int]
