"""What is stored of reports that come by letter or by call, until they are confirmed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class LetterIn(Base):
    """A letter that was taken: `name` is a hash of its Message-ID, by which it is known again.

    `state`: draft (waits for its sender's word), filed, used (the draft became a report), ignored
    (sent by a machine). What it says is kept in a draft alone, and goes when the draft ends.
    """

    __tablename__ = "letter_in"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(index=True)
    sender_hash: Mapped[str] = mapped_column(String(64), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    category: Mapped[str] = mapped_column(String(30), default="")
    text: Mapped[str] = mapped_column(String(4000), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    photo_hash: Mapped[str | None] = mapped_column(String(64), index=True)


class LetterPhoto(Base):
    """A further photo of a letter, by its place among them; it goes when the letter goes."""

    __tablename__ = "letter_photo"
    __table_args__ = (CheckConstraint("position BETWEEN 2 AND 3", name="position"),)

    letter_id: Mapped[UUID] = mapped_column(
        ForeignKey("letter_in.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    photo_hash: Mapped[str] = mapped_column(String(64), index=True)


class CallerLink(Base):
    """A caller's way to follow the report an agent filed for them: a link, good for a while."""

    __tablename__ = "caller_link"

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
