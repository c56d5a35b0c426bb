"""Which demo cities were made in this database."""

from datetime import datetime

from sqlalchemy.orm import mapped_column

from services.db import Base, Mapped


class CityMade(Base):
    __tablename__ = "city_made"

    seed: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
