"""A made-up seaside town, the same for the same seed, written as an OpenStreetMap extract.

It lies in open water south of the peninsula, where no town is, so it can be taken for none.
"""

import math
import random
from pathlib import Path
from typing import Literal

import msgspec
import osmium
from osmium.osm.mutable import Node, Way

Size = Literal["small", "medium", "large"]
LEAST, MOST = 4, 120
# Doors to a person whose name is known, and to a thing that happened: about those of a small town.
DOORS_A_PERSON, DOORS_AN_EVENT = 14, 4
BLOCKS: dict[Size, int] = {"small": 14, "medium": 30, "large": 60}
WEST, SOUTH = 127.90, 34.20
STEP_LON, STEP_LAT = 0.0021, 0.0016
DISTRICTS = (
    *(
        ("솔향동", "Solhyang"),
        ("물빛동", "Mulbit"),
        ("달맞이동", "Dalmaji"),
        ("들꽃동", "Deulkkot"),
    ),
    *(("등대동", "Deungdae"), ("동백동", "Dongbaek"), ("은빛동", "Eunbit"), ("나루동", "Naru")),
    *(("바람동", "Baram"), ("숲속동", "Supsok"), ("햇살동", "Haetsal"), ("파도동", "Pado")),
    *(("미루동", "Miru"), ("모래동", "Morae"), ("언덕동", "Eondeok"), ("고래동", "Gorae")),
)
LANDMARKS = (
    *(("하늘시청", "Haneul City Hall"), ("하늘도서관", "Haneul Library")),
    *(("바다초등학교", "Bada School"), ("솔숲병원", "Solsup Hospital")),
    *(("은하시장", "Eunha Market"), ("하늘역", "Haneul Station")),
)
STREETS = (
    "하늘",
    "바다",
    "솔숲",
    "은하",
    "새벽",
    "노을",
    "구름",
    "보리",
    "매화",
    "단풍",
    "샘물",
    "별빛",
)
Place = tuple[float, float]


class Address(msgspec.Struct, frozen=True):
    """A door in WGS84 degrees, with its name in Korean."""

    lat: float
    lon: float
    name_ko: str


class Line(msgspec.Struct, frozen=True):
    """A way: places as (lon, lat) and OpenStreetMap tags."""

    places: list[Place]
    tags: dict[str, str]


class Town(msgspec.Struct, frozen=True):
    seed: int
    addresses: list[Address]
    lines: list[Line]
    districts: list[tuple[Place, str, str]]
    people: int
    events: int


def blocks_of(size: Size | int | str) -> int:
    """Return the blocks a side of small (14), medium (30), large (60) or of a number from 4 to 120.

    Raises ValueError for anything else.
    """
    named = {str(name): blocks for name, blocks in BLOCKS.items()}
    word = str(size)
    blocks = named.get(word) or (int(word) if word.isascii() and word.isdigit() else 0)
    if not LEAST <= blocks <= MOST:
        raise ValueError(f"size is {', '.join(BLOCKS)} or blocks a side, {LEAST} to {MOST}")
    return blocks


def make_town(
    *,
    seed: int,
    size: Size | int | str = "small",
    people: int | None = None,
    events: int | None = None,
) -> Town:
    """Return the town of `seed` and `size` (see `blocks_of`, which raises ValueError).

    `people` live there by name and `events` happened; by default as many as its doors call for.
    """
    n = blocks_of(size)
    chance = random.Random(seed)  # noqa: S311  a town, not a secret
    corner = _corners(chance, n)
    # A stream of its own: what is drawn around the blocks does not move their doors.
    around = random.Random(f"{seed} around")  # noqa: S311
    lines = [*_waters(around, corner, n), _hill(around, corner, n), *_streets(corner, n)]
    addresses: list[Address] = []
    for col in range(n):
        for row in range(n):
            _block(chance, corner, (col, row), lines, addresses)
    _place_landmarks(around, lines)
    districts = _districts(corner, n, 1 + (n > 8) + (n > 21) + (n > 44))
    doors = len(addresses)
    known = max(1, doors // DOORS_A_PERSON) if people is None else people
    happened = max(1, doors // DOORS_AN_EVENT) if events is None else events
    return Town(seed, addresses, lines, districts, known, happened)


def _corners(chance: random.Random, n: int) -> dict[tuple[int, int], Place]:
    """Return the crossings of a grid bent by two slow waves and a little chance."""
    bend, sway = chance.uniform(0.5, 1.2), chance.uniform(0, math.tau)
    found = {}
    for col in range(n + 1):
        for row in range(n + 1):
            x = col + bend * math.sin(row / n * math.pi + sway) + chance.uniform(-0.08, 0.08)
            y = row + bend * math.sin(col / n * math.tau) * 0.6 + chance.uniform(-0.08, 0.08)
            found[col, row] = (WEST + x * STEP_LON, SOUTH + y * STEP_LAT)
    return found


def _districts(
    corner: dict[tuple[int, int], Place], n: int, a_side: int
) -> list[tuple[Place, str, str]]:
    """Return the middle of each district with its names."""
    middles = [n * (2 * k + 1) // (2 * a_side) for k in range(a_side)]
    spots = [corner[col, row] for row in middles for col in middles]
    return [(spot, ko, en) for spot, (ko, en) in zip(spots, DISTRICTS, strict=False)]


def _place_landmarks(chance: random.Random, lines: list[Line]) -> None:
    """Build the town's few large houses on blocks that were kept free as parks."""
    parks = [n for n, line in enumerate(lines) if line.tags.get("leisure") == "park"]
    chosen = chance.sample(parks, min(len(parks) // 2, len(LANDMARKS)))
    for number, (ko, en) in zip(chosen, LANDMARKS, strict=False):
        tags = {"building": "public", "name": ko, "name:ko": ko, "name:en": en}
        lines[number] = Line(lines[number].places, tags)


def _hill(chance: random.Random, corner: dict[tuple[int, int], Place], n: int) -> Line:
    """Return the wooded hill that closes the town to the north."""
    foot = [corner[c, n] for c in range(n + 1)]
    top = [
        (lon, lat + STEP_LAT * (1.2 + 2.2 * math.sin(c / n * math.pi) + chance.uniform(0, 0.5)))
        for c, (lon, lat) in enumerate(foot)
    ]
    low = [(lon, lat + STEP_LAT * 0.15) for lon, lat in foot]
    name = {"name": "솔뫼", "name:ko": "솔뫼", "name:en": "Solmoe Hill"}
    return Line([*low, *reversed(top), low[0]], {"landuse": "forest", **name})


def _shore(chance: random.Random, start: Place, step: float) -> list[Place]:
    """Return ten places of coast from a corner of the town outward, in bays and capes."""
    sway, (lon, lat) = chance.uniform(0, math.tau), start
    rise = [
        STEP_LAT * (1.6 * math.sin(k * 0.8 + sway) - 1.6 * math.sin(sway) + chance.uniform(0, 0.4))
        for k in range(1, 11)
    ]
    return [(lon + step * k, lat + up) for k, up in enumerate(rise, 1)]


def _waters(chance: random.Random, corner: dict[tuple[int, int], Place], n: int) -> list[Line]:
    """Return the sea south of the town, with its bays, and the river through its middle."""
    shore = [(lon, lat - STEP_LAT * 0.6) for lon, lat in (corner[c, 0] for c in range(n + 1))]
    westward, eastward = _shore(chance, shore[0], -0.003), _shore(chance, shore[-1], 0.003)
    sea = [
        (westward[-1][0], SOUTH - 0.05),
        (eastward[-1][0], SOUTH - 0.05),
        *reversed(eastward),
        *reversed(shore),
        *westward,
        (westward[-1][0], SOUTH - 0.05),
    ]
    middle = n // 2
    left = [(lon - 3e-4, lat) for lon, lat in (corner[middle, r] for r in range(n + 1))]
    right = [(lon + 3e-4, lat) for lon, lat in (corner[middle, r] for r in range(n + 1))]
    mouth = (left[0][0], shore[middle][1])
    river = [mouth, *left, *reversed(right), (right[0][0], shore[middle][1]), mouth]
    name = {"name": "은하천", "name:ko": "은하천", "name:en": "Eunha Stream"}
    return [
        Line(
            sea, {"natural": "water", "water": "sea", "name": "하늘바다", "name:en": "Haneul Sea"}
        ),
        Line(river, {"natural": "water", "water": "river", **name}),
    ]


def _streets(corner: dict[tuple[int, int], Place], n: int) -> list[Line]:
    lines = []
    for i in range(n + 1):
        grade = "primary" if i % 7 == 0 else "secondary" if i % 3 == 0 else "residential"
        name = STREETS[i % len(STREETS)]
        across = [corner[c, i] for c in range(n + 1)]
        along = [corner[i, r] for r in range(n + 1)]
        tags = {"highway": grade, "name": f"{name}로", "name:en": f"Street {i + 1}"}
        lines.append(Line(across, tags))
        if i != n // 2:
            lines.append(
                Line(along, {"highway": grade, "name": f"{name}길", "name:en": f"Lane {i + 1}"})
            )
    return lines


def _block(
    chance: random.Random,
    corner: dict[tuple[int, int], Place],
    at: tuple[int, int],
    lines: list[Line],
    addresses: list[Address],
) -> None:
    """Fill one block with a park, or with houses that have addresses."""
    col, row = at
    ring = [corner[col, row], corner[col + 1, row], corner[col + 1, row + 1], corner[col, row + 1]]
    if chance.random() < 0.08:
        lines.append(Line(_inset(ring, 0.1, 0.9, 0.1, 0.9), {"leisure": "park", "name": "쉼터"}))
        return
    across = 3 if chance.random() < 0.6 else 2
    for i in range(across):
        for j in range(2):
            u, v = 0.12 + i * 0.8 / across, 0.14 + j * 0.4
            house = _inset(ring, u, u + 0.55 / across, v, v + 0.26 + chance.uniform(0, 0.05))
            lon, lat = house[0]
            street, number = f"{STREETS[row % len(STREETS)]}로", str(col * 10 + i * 2 + j + 1)
            door = {"addr:street": street, "addr:housenumber": number}
            lines.append(Line(house, {"building": "yes"} | door))
            addresses.append(Address(lat, lon, f"하늘시 {street} {number}"))


def _inset(ring: list[Place], u0: float, u1: float, v0: float, v1: float) -> list[Place]:
    """Return a closed ring within a four-cornered one, by shares of its sides."""

    def at(u: float, v: float) -> Place:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = ring
        low = (ax + (bx - ax) * u, ay + (by - ay) * u)
        high = (dx + (cx - dx) * u, dy + (cy - dy) * u)
        return low[0] + (high[0] - low[0]) * v, low[1] + (high[1] - low[1]) * v

    return [at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1), at(u0, v0)]


def write_extract(town: Town, path: Path) -> None:
    """Write the town as an OpenStreetMap extract (.osm.pbf), as if it came from outside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    ids: dict[Place, int] = {}
    for line in town.lines:
        for place in line.places:
            ids.setdefault(place, len(ids) + 1)
    writer = osmium.SimpleWriter(str(path))
    try:
        for place, number in ids.items():
            writer.add_node(Node(id=number, location=place, version=1))
        for number, (place, ko, en) in enumerate(town.districts, len(ids) + 1):
            tags = {"place": "suburb", "name": ko, "name:ko": ko, "name:en": en}
            writer.add_node(Node(id=number, location=place, version=1, tags=tags))
        for number, line in enumerate(town.lines, 1):
            nodes = [ids[place] for place in line.places]
            writer.add_way(Way(id=number, nodes=nodes, version=1, tags=line.tags))
    finally:
        writer.close()
