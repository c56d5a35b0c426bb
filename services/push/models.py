"""Where notices go and the notices themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class PushSubscription(Base):
    """A browser that asked to be told; its keys are RFC 8291's p256dh and auth, base64url.

    `sign_in_id` is the sign-in it was last here with; of browsers from before 0033 none is known.
    Since `gone_at` it has no address and no keys, but the mark of `gone.py`.
    """

    __tablename__ = "push_subscription"

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    sign_in_id: Mapped[UUID | None]
    endpoint: Mapped[str] = mapped_column(String(1000), unique=True)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    last_receipt_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    gone_at: Mapped[datetime | None]


class QuietHours(Base):
    """When a person is left alone, in minutes since midnight of the city; who has none has no row.

    A start after its end goes over midnight.
    """

    __tablename__ = "quiet_hours"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    starts: Mapped[int] = mapped_column(SmallInteger)
    ends: Mapped[int] = mapped_column(SmallInteger)


class PushMessage(Base):
    """One notice for one browser: waiting, accepted, shown or dead."""

    __tablename__ = "push_message"
    __table_args__ = (Index(None, "state", "due_at"),)

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    subscription_id: Mapped[UUID] = mapped_column(index=True)
    urgency_class: Mapped[str] = mapped_column(String(12))
    body: Mapped[bytes]
    topic: Mapped[str] = mapped_column(String(32))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(60))
