"""A typed place beside a point: which of the two was meant last, and which place words name.

A form sends back `placed`: the point it was drawn with and the words that stood with it then, as
"latitude,longitude words". So words that were changed since are told from words that belong to the
point, with and without script.
"""

from services.maps.places import Spot, folded

Point = tuple[float, float]
# Half of the last digit a form shows of a point, in degrees.
SAME = 5e-7


def placed(point: Point | None, words: str) -> str:
    """Return what a form is to send back of its point, (latitude, longitude) in WGS84 degrees."""
    return f"{point[0]},{point[1]} {words}" if point else ""


def is_newer(words: str, point: Point, placed: str) -> bool:
    """Say whether the words were changed after the point was set; none say nothing of a place."""
    drawn, _, stood = placed.partition(" ")
    lat, _, lon = drawn.partition(",")
    try:
        at = float(lat), float(lon)
    except ValueError:
        return False
    same = all(abs(one - other) <= SAME for one, other in zip(at, point, strict=True))
    return same and bool(folded(words)) and folded(words) != folded(stood)


def named_whole(found: list[Spot], words: str) -> list[Spot]:
    """Return those that all of the words name, but for a city's name before them.

    A search also finds by the last words alone, and beside a point words may only describe it.
    """
    wanted = folded(words)
    return [s for s in found if wanted in folded(s.name) or wanted.endswith(folded(s.name))]


def the_one(found: list[Spot], words: str) -> Spot | None:
    """Return the place that is meant: the only one, or the only one of just that name."""
    exact = [spot for spot in found if folded(spot.name) == folded(words)]
    return (exact or found)[0] if len(found) == 1 or len(exact) == 1 else None
