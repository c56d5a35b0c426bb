"""Which areas a report lies in: noted when it is told, and when an area is drawn."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

import shapely
from sqlalchemy import func, insert, select

from participation.reports.models import ExactPlace, Report
from participation.reports.routing.models import Area, ReportArea
from participation.reports.rules import FIELDS_A_DEGREE
from services.db import Session

FIELD = 1 / FIELDS_A_DEGREE


@lru_cache(maxsize=1000)
def shape_of(geojson: str) -> shapely.Geometry:
    """Return a GeoJSON geometry made ready for many questions."""
    shape = shapely.from_geojson(geojson)
    shapely.prepare(shape)
    return shape


def place_reports(session: Session, places: Iterable[tuple[UUID, float, float]]) -> None:
    """Note in which areas new reports lie, given as (id, lat, lon) in degrees."""
    found = session.execute(select(Area.id, Area.shape)).all()
    shapes = [(key, shape_of(text)) for key, text in found]
    _note(
        session,
        [
            (report, area)
            for report, lat, lon in (places if shapes else ())
            for area, shape in shapes
            if shapely.intersects_xy(shape, lon, lat)
        ],
    )


def place_area(session: Session, area_id: UUID, ground: shapely.Geometry) -> None:
    """Note which reports lie in a new area, its border included; `ground` has longitude first."""
    west, south, east, north = map(float, shapely.bounds(ground))
    shapely.prepare(ground)
    # What is shown roughly lies within a field of where it is: it is looked for so far around.
    rows = session.execute(
        select(
            Report.id,
            func.coalesce(ExactPlace.lat, Report.lat),
            func.coalesce(ExactPlace.lon, Report.lon),
        )
        .outerjoin(ExactPlace, ExactPlace.report_id == Report.id)
        .where(
            Report.lon.between(west - FIELD, east + FIELD),
            Report.lat.between(south - FIELD, north + FIELD),
        )
    )
    inside = [key for key, lat, lon in rows if shapely.intersects_xy(ground, lon, lat)]
    _note(session, [(report, area_id) for report in inside])


def _note(session: Session, pairs: list[tuple[UUID, UUID]]) -> None:
    if pairs:
        rows = [{"report_id": report, "area_id": area} for report, area in pairs]
        session.execute(insert(ReportArea), rows)
