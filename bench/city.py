"""A city of a million reports: where they lie, and both databases filled with them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Engine, text
from sqlalchemy.schema import CreateIndex, CreateTable

from participation.accounts.models import Person
from participation.reports.models import REPORT_CLUSTER, Report
from participation.reports.routing.models import Body, Team
from participation.reports.rules import Category
from services.db import Session, make_engine
from services.maps import add_points, morton
from tests import servers

WEST, SOUTH, EAST, NORTH = 126.75, 37.40, 127.20, 37.70
CITY = (WEST, SOUTH, EAST, NORTH)
WHOLE, QUICK = 1_000_000, 100_000
OURS = (
    "ix_report_place",
    "ix_report_newest",
    "ix_report_sheet",
    "ix_report_shelf",
    "ix_report_shelf_place",
)
# What docs/running.md tells of a database that has a machine's memory to itself.
AS_ADVISED = {"shared_buffers": "1GB", "effective_cache_size": "3GB"}
KINDS = [c.value for c in Category]
TABLE = Report.__table__


class Points(NamedTuple):
    """Places in degrees and their kinds, 70 % of them gathered around 300 corners."""

    lon: Any
    lat: Any
    kind: list[str]


def points(count: int) -> Points:
    rng = np.random.default_rng(7)
    corner = rng.integers(0, 300, count)
    gathered = rng.random(count) < 0.7
    middle_lon, middle_lat = rng.uniform(WEST, EAST, 300), rng.uniform(SOUTH, NORTH, 300)
    lon = np.where(
        gathered, middle_lon[corner] + rng.normal(0, 0.006, count), rng.uniform(WEST, EAST, count)
    )
    lat = np.where(
        gathered, middle_lat[corner] + rng.normal(0, 0.005, count), rng.uniform(SOUTH, NORTH, count)
    )
    kinds = rng.integers(0, len(KINDS), count)
    return Points(lon.clip(WEST, EAST), lat.clip(SOUTH, NORTH), [KINDS[k] for k in kinds])


def opened_s(number: int) -> int:
    """Return in which second of October a report was told: in no order of place, nor of keys."""
    return number * 7919 % 2_592_000


COLUMNS = (
    "id", "title", "text", "answer", "category", "status", "severity", "lat", "lon", "cell",
    "place", "opened_at", "changed_at", "due_at", "promised_at", "followers", "shelf",
)  # fmt: skip


Told = Callable[[int, float], tuple[int, int]]


def just_now(number: int, lon: float) -> tuple[int, int]:
    """Return (year, shelf) of a report: all of this year, all waiting."""
    return 2026, 2


def rows(at: Points, told: Told, *, hyphens: bool) -> Iterator[tuple[Any, ...]]:
    for n, (lon, lat, kind) in enumerate(
        zip(at.lon.tolist(), at.lat.tolist(), at.kind, strict=True)
    ):
        key = f"{n * 2654435761 % 2**32:08x}00004000800000{n:010x}"
        if hyphens:
            key = f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
        title = f"Broken street light {n}"
        cell = morton(lon, lat)
        second = opened_s(n)
        at_day, at_second = divmod(second, 86_400)
        year, shelf = told(n, lon)
        day = f"{year}-10-{at_day + 1:02d} "
        day += f"{at_second // 3600:02d}:{at_second // 60 % 60:02d}:{at_second % 60:02d}"
        yield (key, title, title, "", kind, "open", 1, lat, lon, cell, "", *[day] * 4, 0, shelf)


def fill(engine: Engine, at: Points, told: Told = just_now) -> None:
    """Store all reports in the product's own table, with the indexes of the map."""
    names = ", ".join(COLUMNS)
    with engine.begin() as connection:
        for table in (Person.__table__, Body.__table__, Team.__table__, TABLE, REPORT_CLUSTER):
            connection.execute(CreateTable(table))
        raw: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            marks = ", ".join("?" * len(COLUMNS))
            raw.executemany(
                f"INSERT INTO report ({names}) VALUES ({marks})", rows(at, told, hyphens=False)
            )
        else:
            with raw.cursor() as cursor, cursor.copy(f"COPY report ({names}) FROM STDIN") as copy:
                for row in rows(at, told, hyphens=True):
                    copy.write_row(row)
        for index in TABLE.indexes:
            if index.name in OURS:
                connection.execute(CreateIndex(index))
    shelves = [told(n, lon)[1] for n, lon in enumerate(at.lon.tolist())]
    with Session(engine) as session, session.begin():
        spots = zip(at.lat.tolist(), at.lon.tolist(), at.kind, shelves, strict=True)
        add_points(session, REPORT_CLUSTER, spots)
    _settle(engine)


def add_peer(engine: Engine) -> None:
    """Add the peer's index, after the product is measured: its planner would take it, too."""
    with engine.begin() as connection:
        connection.execute(text("CREATE INDEX peer ON report (lat, lon)"))
    _settle(engine)


def _settle(engine: Engine) -> None:
    """Do what PostgreSQL does by itself in time; SQLite plans without figures, as it runs."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


@contextmanager
def engines(folder: Path) -> Iterator[Iterator[Engine]]:
    with servers.postgresql(**AS_ADVISED) as url:
        yield (make_engine(u) for u in (f"sqlite:///{folder}/city.db", url + "postgres"))
