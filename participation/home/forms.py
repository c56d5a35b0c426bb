"""What a browser may say of where it is."""

from services.errors import InvalidError


def parse_place(lat: str, lon: str) -> tuple[float, float]:
    """Return (latitude, longitude) in degrees; raises InvalidError for what is no place."""
    try:
        north, east = float(lat), float(lon)
    except ValueError as error:
        raise InvalidError("spot_unreadable", {"lat": "latitude and longitude"}) from error
    # Written so that what is not a number is refused too.
    if not (-85 <= north <= 85 and -180 <= east <= 180):
        raise InvalidError("spot_unreadable", {"lat": "latitude and longitude in degrees"})
    return north, east
