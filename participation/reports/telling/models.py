"""Who wants no letters."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import mapped_column

from services.db import Base, Mapped


class LettersStopped(Base):
    """A person who wants no letters; without a row they come where no browser is told."""

    __tablename__ = "letters_stopped"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime]
