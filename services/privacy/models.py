"""What people allowed, by purpose: each yes is a row, and so is its end."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped

STANDING = text("withdrawn_at IS NULL")


class Consent(Base):
    """One yes to one text of one purpose; a later yes is another row.

    Both receipts are SHA-256 in hex; `services.privacy.receipts` says of what.
    """

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_standing",
            "person_id",
            "purpose",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[int]
    given_at: Mapped[datetime]
    receipt: Mapped[str] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_receipt: Mapped[str | None] = mapped_column(String(64))
