"""What is stored of requests that go on to other bodies, and of pictures that come from outside."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class OutsideBody(Base):
    """A body beside the city that takes requests by Open311. `api_key` is only ever sent to it.

    One that `wants_contact` is given the city's own address, never a resident's.
    One that `takes_photos` is told `media_url` once for each; others read the last of several.
    `body_id` is the body of the clerk's table it is, None where it follows its own rules alone.
    `form` is the format it answers in, xml or json; `updates_until` how far its updates were read,
    None until it was found to have any; `trouble` is the last one since all was well.
    """

    __tablename__ = "outside_body"
    __table_args__ = (CheckConstraint("form IN ('xml', 'json')", name="form"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    url: Mapped[str] = mapped_column(String(300))
    jurisdiction_id: Mapped[str] = mapped_column(String(100), default="")
    api_key: Mapped[str] = mapped_column(String(400), default="")
    form: Mapped[str] = mapped_column(String(4), default="xml")
    wants_contact: Mapped[bool] = mapped_column(default=False)
    takes_photos: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    well_at: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(300))
    trouble_at: Mapped[datetime | None]
    updates_until: Mapped[datetime | None]
    body_id: Mapped[UUID | None] = mapped_column(ForeignKey("body.id"), index=True)


class OutsideRule(Base):
    """Which reports a body takes: a category, within a box of WGS84 degrees if it has one."""

    __tablename__ = "outside_rule"
    __table_args__ = (Index(None, "category"),)

    id: Mapped[Key]
    body_id: Mapped[UUID] = mapped_column(ForeignKey("outside_body.id"), index=True)
    category: Mapped[str] = mapped_column(String(30))
    service_code: Mapped[str] = mapped_column(String(80))
    west: Mapped[float | None]
    south: Mapped[float | None]
    east: Mapped[float | None]
    north: Mapped[float | None]


class Forwarding(Base):
    """One report on its way to one body, and what the body said of it since.

    `state`: waiting, asked (a request went out whose answer is not known), token (taken, its number
    is still to come), followed, ended, refused. `due_at` is when it is looked at next, `lease` who
    does so now, `asked_at` when it was first told, `said` what the body last said of its status.
    `photos` are those the report showed when it was told, by their hashes with commas.
    """

    __tablename__ = "forwarding"
    __table_args__ = (
        UniqueConstraint("report_id", "body_id"),
        Index(None, "state", "due_at"),
        Index(None, "body_id", "remote_id"),
    )

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"))
    body_id: Mapped[UUID] = mapped_column(ForeignKey("outside_body.id"))
    service_code: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    made_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(200))
    remote_id: Mapped[str | None] = mapped_column(String(200))
    said: Mapped[str | None] = mapped_column(String(64))
    photos: Mapped[str] = mapped_column(String(200), default="", server_default="")
    error: Mapped[str | None] = mapped_column(String(300))


class ForwardingUpdate(Base):
    """A word of the body that was heeded, by its own name of it, so that none is heeded twice."""

    __tablename__ = "forwarding_update"

    forwarding_id: Mapped[UUID] = mapped_column(ForeignKey("forwarding.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)


class ForwardingWord(Base):
    """A word of ours on a request another body has: told once it took the request.

    It tells of the step `entry_id`, or of a photo that the report shows only since. `word` is the
    status of the extension, "" where it is the one that stands when it is told; `state` waiting,
    told, refused or skipped: then it is kept from the body since `skipped_at`, for a `reason` the
    team reads. The body knows it by the id of the entry or of the row, so that a second telling is
    none.
    """

    __tablename__ = "forwarding_word"
    __table_args__ = (
        UniqueConstraint("forwarding_id", "entry_id"),
        UniqueConstraint("forwarding_id", "photo_hash"),
        CheckConstraint("(entry_id IS NULL) <> (photo_hash IS NULL)", name="of"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[Key]
    forwarding_id: Mapped[UUID] = mapped_column(ForeignKey("forwarding.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_entry.id"))
    photo_hash: Mapped[str | None] = mapped_column(String(64))
    word: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[str | None] = mapped_column(String(300))
    skipped_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(300))


class OutsidePicture(Base):
    """A picture another system named by its address, fetched after the report was taken.

    `position` counts those it named for one report, from 1.
    """

    __tablename__ = "outside_picture"
    __table_args__ = (UniqueConstraint("report_id", "position"), Index(None, "done_at", "due_at"))

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"))
    position: Mapped[int] = mapped_column(SmallInteger, default=1)
    url: Mapped[str] = mapped_column(String(2000))
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(60))
