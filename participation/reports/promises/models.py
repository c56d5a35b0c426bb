"""What is stored of promises besides the day itself, which stands at the report."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import mapped_column

from services.db import Base, Mapped


class ReportUnpromised(Base):
    """A report of another city, which promised nothing about it: none was kept and none broken."""

    __tablename__ = "report_unpromised"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
