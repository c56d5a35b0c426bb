"""What was deleted, as it was, for as long as that can be undone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class RemovedRow(Base):
    """A row of another table that `actor_id` deleted; `columns` is a JSON object of its columns.

    `kind` is its table, `name` what people know it by. Whom the row named is no part of the JSON
    but `person_id`: a person who erases their data is found by it.
    """

    __tablename__ = "removed_row"

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(200))
    columns: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)


class RemovedLink(Base):
    """A report that hung on what was deleted, and hangs on it again when that is put back."""

    __tablename__ = "removed_link"

    removed_id: Mapped[UUID] = mapped_column(ForeignKey("removed_row.id"), primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
