"""Ready answers the team keeps for itself."""

from sqlalchemy import String
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class AnswerTemplate(Base):
    """A text for one state and, if it is given, for one kind of report."""

    __tablename__ = "answer_template"

    id: Mapped[Key]
    label: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(4000))
    status: Mapped[str] = mapped_column(String(20))
    category: Mapped[str | None] = mapped_column(String(30))
