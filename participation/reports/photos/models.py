"""What is stored of pictures beside those that reports show: under covers, taken off, waiting."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class CoveredPicture(Base):
    """That a picture was covered, and what is shown in its place: names by content, no pixels.

    It stays for good: the same picture sent years later is not shown bare either. `redacted_hash`
    is "" once the covered one was taken off for good as well: then nothing is shown in its place.
    """

    __tablename__ = "covered_picture"

    photo_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    redacted_hash: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]


class RemovedPhoto(Base):
    """A photo that the step `entry_id` took off a report, kept `until` that cannot be undone.

    `original_hash` is what was kept under its cover, since and until when.
    """

    __tablename__ = "removed_photo"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("report_entry.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    photo_hash: Mapped[str] = mapped_column(String(64), index=True)
    original_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    kept_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    until: Mapped[datetime] = mapped_column(index=True)


class UnlookedPhoto(Base):
    """A photo that nobody has looked over for faces and plates: its report does not show it yet.

    `position` is its place among those that were sent. `entry_id` is the step that showed it or
    took it off, kept `until` that cannot be undone; both are None while it waits.
    """

    __tablename__ = "unlooked_photo"
    # What waits is found, and counted, by the first of these alone.
    __table_args__ = (Index("ix_unlooked_photo_waits", "until", "report_id"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    photo_hash: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    since: Mapped[datetime]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_entry.id"), unique=True)
    until: Mapped[datetime | None]


class PhotoOriginal(Base):
    """The picture a report had before the city covered part of it; one for each of its photos.

    `position` says which of them, from 1. `photo_hash` and `redacted_hash` name pictures of
    services.media. At `expires_at` the picture is nobody's any more, and leaves the disk.
    `reporter_id` is whose picture it is.
    """

    __tablename__ = "photo_original"
    __table_args__ = (UniqueConstraint("report_id", "position"),)

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"))
    position: Mapped[int] = mapped_column(SmallInteger, default=1)
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    photo_hash: Mapped[str] = mapped_column(String(64), index=True)
    redacted_hash: Mapped[str] = mapped_column(String(64))
    kept_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
