"""What is stored of the city's things that carry a sticker: lamp posts, bins and others."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class Asset(Base):
    """A thing of the city at a place (WGS84 degrees); `code` stands on it and in its address."""

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("kind IN ('lamp', 'bin', 'other')", name="kind"),
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    lat: Mapped[float]
    lon: Mapped[float]
    category: Mapped[str] = mapped_column(String(30))
    made_at: Mapped[datetime]


class AssetReport(Base):
    """Which thing a report speaks of."""

    __tablename__ = "asset_report"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), index=True)
