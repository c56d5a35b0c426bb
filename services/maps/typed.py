"""A typed place beside a point: which of the two was meant last, and which place words name.

A form sends back `placed`: the point it was drawn with and the words that stood with it then, as
"latitude,longitude words". So words that were changed since are told from words that belong to the
point, with and without script.
"""

from collections.abc import Callable, Sequence

import msgspec

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


class Meant(msgspec.Struct, frozen=True):
    """What typed words come to: the `spot` the point goes to, or the `choices` to ask of.

    `stays` says that the point stays as it is, `described` that the words are newer than it and
    name no place. Where nothing of these holds, no place is known.
    """

    spot: Spot | None = None
    choices: Sequence[Spot] = ()
    stays: bool = False
    described: bool = False


def meant(
    words: str,
    point: Point | None,
    placed: str,
    search: Callable[[str], list[Spot]],
    cities: Sequence[str],
) -> Meant:
    """Return what `words` come to beside a point, or where there is none; `cities` as below."""
    if point and not is_newer(words, point, placed):
        return Meant(stays=True)
    found = search(words) if words else []
    if point:
        found = named_just(found, words, cities)
    if (spot := the_one(found, words)) is not None:
        return Meant(spot=spot)
    described = point is not None and not found
    return Meant(choices=found, stays=described, described=described)


def named_just(found: list[Spot], words: str, cities: Sequence[str]) -> list[Spot]:
    """Return those whose whole name the words are, with one of the city's names before it or not.

    A search also finds names that hold the words, or their last ones alone; beside a point such
    words describe it: "by the market" is no wish to be moved to one.
    """
    wanted = {folded(words), folded(_without_city(words, cities))}
    return [spot for spot in found if folded(spot.name) in wanted]


def _without_city(words: str, cities: Sequence[str]) -> str:
    told = words.replace(",", " ").split()
    for city in cities:
        named = city.split()
        if [word.casefold() for word in told[: len(named)]] == [w.casefold() for w in named]:
            return " ".join(told[len(named) :]) or words
    return words


def the_one(found: list[Spot], words: str) -> Spot | None:
    """Return the place that is meant: the only one, or the only one of just that name."""
    exact = [spot for spot in found if folded(spot.name) == folded(words)]
    return (exact or found)[0] if len(found) == 1 or len(exact) == 1 else None
