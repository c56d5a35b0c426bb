"""Places in view, their list and clusters, among a million reports, on SQLite and on PostgreSQL.

    .venv/bin/python bench/spatial.py [--quick]

Asks by the very calls the map's pages make. Prints one JSON line a figure: percentiles are over
single readings. The peers of the same run are the bare driver that reads the same rows, a B-tree
over (lat, lon), and GROUP BY; every answer is compared with numpy. `--quick` takes 100,000 reports.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, bindparam, func, literal_column, select

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.city import CITY, QUICK, TABLE, WHOLE, Points, add_peer, engines, fill, points  # noqa: E402
from bench.spatial_city import (  # noqa: E402
    SIGHTS,
    Box,
    Taken,
    Truth,
    at_share,
    moments,
    parts,
    taken_by,
    timed,
    told,
    views,
)
from participation.reports.queries_map import POINT, Sight, cards_in, in_view  # noqa: E402
from services.db import Session  # noqa: E402
from services.maps import ranges  # noqa: E402

# Rings are told a level coarser than the view, whose zoom this is.
PINS_ZOOM, RINGS_ZOOM = 17, 13
# These grow with the number of reports: at a tenth of it they say nothing.
GROWING = ("GROUP BY", "view / B-tree p50")
AGAIN = 5
C = TABLE.c
SHOWN = C.shelf.between(*Sight().shelves)
PEER = (
    select(*POINT)
    .where(
        C.lat.between(bindparam("south"), bindparam("north")),
        C.lon.between(bindparam("west"), bindparam("east")),
        SHOWN,
    )
    .limit(bindparam("most"))
)
Read = Callable[[Box], int]
Result = tuple[str, float, str, str, bool]


def ours(session: Session) -> Read:
    return lambda box: len(in_view(session, box, PINS_ZOOM, Sight()).points)


def peer(session: Session) -> Read:
    def read(box: Box) -> int:
        given = dict(zip(("west", "south", "east", "north"), box, strict=True)) | {"most": 5000}
        return len(session.connection().execute(PEER, given).all())

    return read


def raw(session: Session) -> Read:
    """Return the same reading by the bare driver: what the layers above it cost is the ratio."""
    driver: Any = session.connection().connection.driver_connection
    mark = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
    arm = (
        "SELECT id, lat, lon, category, status, title FROM report WHERE cell >= ? AND cell <= ? "
        "AND lon >= ? AND lon <= ? AND lat >= ? AND lat <= ? AND shelf + 0 BETWEEN ? AND ?"
    ).replace("?", mark)

    def read(box: Box) -> int:
        west, south, east, north = box
        near, shelves = ranges(box), Sight().shelves
        given = [v for cells in near for v in (*cells, west, east, south, north, *shelves)]
        return len(driver.execute(" UNION ALL ".join([arm] * len(near)), given).fetchall())

    return read


def viewed(reads: list[Read], boxes: list[tuple[Box, int]]) -> tuple[list[list[Taken]], list[int]]:
    """Return all single readings, and how many answers were wrong, of each that takes turns.

    A first round, in which the answers are checked, warms up and is not timed.
    """
    wrong = [sum(read(box) != true for box, true in boxes) for read in reads]
    taken: list[list[Taken]] = [[] for _ in reads]
    for box, _ in boxes:
        for _ in range(AGAIN):
            for read, found in zip(reads, taken, strict=True):
                found.append(taken_by(lambda box=box, read=read: read(box)))
    return taken, wrong


def shares(
    label: str, taken: list[Taken], database: str, most: float | None = None
) -> list[Result]:
    """Return p50 and p99; SQLite's is judged by its processor time, which other work cannot add to.

    PostgreSQL works in a process of its own: there only the clock tells all.
    """
    by_cpu = database == "sqlite"
    clock = [one.clock for one in taken]
    judged = [one.cpu for one in taken] if by_cpu else clock
    p99 = at_share(judged, 0.99)
    name, target = "p99, CPU" if by_cpu else "p99", "" if most is None else f"<= {most}"
    results: list[Result] = [
        (f"{label} p50", at_share(clock, 0.5), "ms", "", True),
        (f"{label} {name}", p99, "ms", target, most is None or p99 <= most),
    ]
    return [*results, (f"{label} p99", at_share(clock, 0.99), "ms", "", True)][: 2 + by_cpu]


def listed(session: Session, truth: Truth, boxes: list[Box]) -> list[Result]:
    """Return how long the list beside the map takes, of each sight, and whether it is true."""
    wrong, taken, name = 0, [], session.get_bind().dialect.name
    city: list[Taken] = []
    for sight in SIGHTS:
        for box in boxes:
            read = lambda box=box, sight=sight: cards_in(session, box, sight)  # noqa: E731
            wrong += moments(read()) != truth.newest(box, sight)
            found = [taken_by(read) for _ in range(AGAIN)]
            taken += found
            city += found if box == CITY else []
    return [
        *shares("list of any part", taken, name, 10),
        *shares("list of the whole city", city, name, 10),
        ("wrong lists", wrong, f"of {len(boxes) * len(SIGHTS)}", "0", wrong == 0),
    ]


def pinned(session: Session, boxes: list[tuple[Box, int]]) -> tuple[list[Result], float]:
    """Return the figures of the pins in view, and their p50 in milliseconds."""
    name = session.get_bind().dialect.name
    (mine, bare), (wrong, _) = viewed([ours(session), raw(session)], boxes)
    # The two took turns, so that what disturbed the one disturbed the other.
    ratio = statistics.median(a.clock / b.clock for a, b in zip(mine, bare, strict=True))
    return [
        *shares("points in view", mine, name, 3.0 if name == "sqlite" else 10.0),
        *shares("bare driver", bare, name),
        ("view / bare driver p50", ratio, "ratio", "<= 2", ratio <= 2),
        ("wrong views", wrong, f"of {len(boxes)}", "0", wrong == 0),
    ], at_share((one.clock for one in mine), 0.5)


def ringed(session: Session) -> list[Result]:
    """Return what the rings cost beside counting them anew over the same cells."""
    cell = C.cell.op(">>")(literal_column(str(2 * (26 - RINGS_ZOOM + 1 - 2))))
    query = select(cell, func.count(), func.avg(C.lat), func.avg(C.lon)).where(SHOWN).group_by(cell)
    slow = statistics.median(timed(lambda: session.connection().execute(query).all(), 3))
    fast = statistics.median(timed(lambda: in_view(session, CITY, RINGS_ZOOM, Sight()), 9))
    return [
        ("clusters of the city", fast, "ms", "", True),
        ("clusters / GROUP BY", fast / slow, "ratio", "<= 0.02", fast / slow <= 0.02),
    ]


def beside(session: Session, boxes: list[tuple[Box, int]], p50: float) -> list[Result]:
    name = session.get_bind().dialect.name
    (taken,), _ = viewed([peer(session)], boxes)
    ratio = p50 / at_share((one.clock for one in taken), 0.5)
    limit = 0.3 if name == "sqlite" else 1.0
    return [
        *shares("B-tree(lat, lon)", taken, name),
        ("view / B-tree p50", ratio, "ratio", f"<= {limit}", ratio <= limit),
    ]


def judge(engine: Engine, truth: Truth, boxes: list[tuple[Box, int]], some: list[Box]) -> bool:
    start = time.perf_counter()
    fill(engine, truth.at, told)
    results: list[Result] = [("fill", time.perf_counter() - start, "s", "", True)]
    with Session(engine) as session:
        pins, p50 = pinned(session, boxes)
        results += pins + listed(session, truth, some) + ringed(session)
    add_peer(engine)
    with Session(engine) as session:
        results += beside(session, boxes, p50)
    return tell(engine.dialect.name, results, whole=len(truth.at.kind) == WHOLE)


def tell(database: str, results: list[Result], *, whole: bool) -> bool:
    """Print the figures and return whether all that have a target met it."""
    fine = True
    for label, value, unit, target, met in results:
        judged = whole or not label.endswith(GROWING)
        line = {"bench": f"spatial {database} {label}", "value": round(value, 4), "unit": unit}
        line |= {"target": target if judged else "", "met": met or not judged}
        print(json.dumps(line), flush=True)
        fine = fine and (met or not judged)
    return fine


def main() -> int:
    quick = "--quick" in sys.argv
    at: Points = points(QUICK if quick else WHOLE)
    truth = Truth.of(at)
    boxes, some = views(truth, 100 if quick else 300), parts(10 if quick else 30)
    with tempfile.TemporaryDirectory() as name, engines(Path(name)) as both:
        met = []
        for engine in both:
            met.append(judge(engine, truth, boxes, some))
            engine.dispose()
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
