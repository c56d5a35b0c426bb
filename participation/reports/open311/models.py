"""What is stored of those who speak Open311 with us: their keys, and where their walks stand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import mapped_column

from participation.reports.open311.rules import USUAL
from services.db import Base, Key, Mapped


class Open311Key(Base):
    """A key of one outside system. `token_hash` is SHA-256 in hex of a random token.

    `made_at` is when that token was made, also where it took the place of another. `scopes` and
    `categories` are lists with commas; no category means all of them.
    """

    __tablename__ = "open311_key"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    scopes: Mapped[str] = mapped_column(String(80), default=",".join(USUAL))
    categories: Mapped[str] = mapped_column(String(300), default="")
    body_id: Mapped[UUID | None] = mapped_column(ForeignKey("body.id"), index=True)


class Open311Walk(Base):
    """Behind which request a page of a walk begins: opened at `opened_at`, with `report_id`.

    Of a walk through updates they are the moment and the id of the update.
    `walker` is a digest (see walk.walker_of). No foreign key: the place stays one whatever
    becomes of the report.
    """

    __tablename__ = "open311_walk"

    walker: Mapped[str] = mapped_column(String(64), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opened_at: Mapped[datetime]
    report_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(index=True)
