"""What the address of a map or of a place on it asks for."""

from collections.abc import Mapping

from participation.reports.queries_map import Sight
from participation.reports.rules import LATELY, Category, MapState
from services.errors import InvalidError


def parse_view(box: str, zoom: str) -> tuple[tuple[float, float, float, float], int]:
    """Return ((west, south, east, north), zoom) of a map view; raises InvalidError."""
    try:
        west, south, east, north = (float(part) for part in box.split(","))
        level = int(zoom)
    except ValueError as error:
        raise InvalidError("view_unreadable", {"box": "west,south,east,north"}) from error
    inside = -180 <= west < east <= 180 and -90 <= south < north <= 90
    if not inside or not 0 <= level <= 22:
        raise InvalidError("view_unreadable", {"box": "west,south,east,north"})
    return (west, south, east, north), level


def parse_sight(args: Mapping[str, str]) -> Sight:
    """Return what a map's address narrows it to; what it does not know is the default."""
    state = args.get("state", "")
    return Sight(
        category=args.get("category", ""),
        state=MapState(state) if state in set(MapState) else MapState.NOW,
        lately=args.get("time", "") == str(LATELY.days),
    )


def parse_spot(args: Mapping[str, str]) -> tuple[Category, float, float]:
    """Return (category, latitude, longitude) of a query; raises InvalidError."""
    try:
        category = Category(args.get("category", ""))
        lat, lon = float(args.get("lat", "")), float(args.get("lon", ""))
    except ValueError as error:
        raise InvalidError("spot_unreadable", {"lat": "category, lat and lon"}) from error
    if not (-85 <= lat <= 85 and -180 <= lon <= 180):
        raise InvalidError("spot_unreadable", {"lat": "latitude and longitude in degrees"})
    return category, lat, lon
