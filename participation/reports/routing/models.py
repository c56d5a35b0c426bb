"""What a clerk keeps: bodies and their teams, areas, the table of rules, the days off."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import mapped_column

from services.db import Base, Key, Mapped


class Body(Base):
    """Who answers for something: a department, or another authority."""

    __tablename__ = "body"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Team(Base):
    """Those of a body who go and mend."""

    __tablename__ = "team"

    id: Mapped[Key]
    body_id: Mapped[UUID] = mapped_column(ForeignKey("body.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))


class Area(Base):
    """A part of the city. `shape` is a GeoJSON geometry (RFC 7946), the rest its box."""

    __tablename__ = "area"
    __table_args__ = (Index("ix_area_box", "west", "east", "south", "north"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    shape: Mapped[str] = mapped_column(Text)
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]


class ReportArea(Base):
    """That a report lies in an area; kept so that a list is narrowed to areas by an index."""

    __tablename__ = "report_area"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True, index=True)


class RoutingRule(Base):
    """A row of the table of rules; the lowest `position` is asked first."""

    __tablename__ = "routing_rule"

    id: Mapped[Key]
    position: Mapped[int]
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"), index=True)
    category: Mapped[str | None] = mapped_column(String(30))
    days: Mapped[str] = mapped_column(String(10))
    from_minute: Mapped[int | None]
    to_minute: Mapped[int | None]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    promise_days: Mapped[int | None]


class WorkingCalendar(Base):
    """The one row that says whose holidays and whose clock the promises are counted by.

    `country` as in ISO 3166-1, `subdivision` its part as in ISO 3166-2 or empty, `weekend` the days
    of the week that are never worked, as digits, Monday 0.
    """

    __tablename__ = "working_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    zone: Mapped[str] = mapped_column(String(40))
    subdivision: Mapped[str] = mapped_column(String(10), default="")
    weekend: Mapped[str] = mapped_column(String(7), default="56")


class Closure(Base):
    """A day the city does not work, besides weekends and public holidays."""

    __tablename__ = "closure"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
