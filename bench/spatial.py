"""Places in view and clusters, among a million reports, on SQLite and on PostgreSQL.

    .venv/bin/python bench/spatial.py [--quick]

Prints one JSON line a figure. The peer of the same run is a B-tree over (lat, lon), read through
the same driver; every answer is counted against numpy. `--quick` takes 100,000 reports.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, bindparam, func, literal_column, select

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.city import CITY, KINDS, TABLE, WHOLE, Points, engines, fill, points  # noqa: E402
from participation.reports import queries  # noqa: E402
from participation.reports.models import REPORT_CLUSTER  # noqa: E402
from participation.reports.queries_map import EVERYTHING, Sight, cards_in, in_view  # noqa: E402
from services.db import Session  # noqa: E402
from services.maps import clusters_in, points_in, ranges  # noqa: E402

WANTED = 500
GROWING = ("GROUP BY", "view / B-tree p50", "bare driver p50")
ZOOM = 12
C = TABLE.c
COVERED = (queries.KEY, C.lat, C.lon, C.category, C.status)
PEER = (
    select(*COVERED)
    .where(
        C.lat.between(bindparam("south"), bindparam("north")),
        C.lon.between(bindparam("west"), bindparam("east")),
    )
    .limit(bindparam("most"))
)
Box = tuple[float, float, float, float]
Read = Callable[[Box], int]


def views(at: Points, count: int) -> list[tuple[Box, int]]:
    """Return `count` boxes of about 500 places, each with its true count."""
    chance = random.Random(7)
    order = np.argsort(at.lat)
    sorted_lat = at.lat[order]
    found = []
    while len(found) < count:
        middle = chance.randrange(len(order))
        lat, lon, reach = float(at.lat[middle]), float(at.lon[middle]), 0.0005
        while True:
            low, high = np.searchsorted(sorted_lat, [lat - reach, lat + reach])
            near = at.lon[order[low:high]]
            wide = reach * 1.25
            n = int(((near >= lon - wide) & (near <= lon + wide)).sum())
            if n >= WANTED:
                break
            reach *= max(1.05, min(2.0, (WANTED / max(n, 1)) ** 0.5))
        found.append(((lon - wide, lat - reach, lon + wide, lat + reach), n))
    return found


def ours(session: Session) -> Read:
    return lambda box: len(points_in(session, TABLE, COVERED, box, limit=5000))


def listed(session: Session, boxes: list[tuple[Box, int]], sight: Sight) -> float:
    """Return the p99 milliseconds of the list beside the map."""
    taken = sorted(timed(lambda box=box: cards_in(session, box, sight), 5, min) for box, _ in boxes)
    return taken[int(len(taken) * 0.99)]


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
        "SELECT id, lat, lon, category, status FROM report WHERE cell >= ? AND cell <= ? "
        "AND lon >= ? AND lon <= ? AND lat >= ? AND lat <= ?"
    ).replace("?", mark)

    def read(box: Box) -> int:
        west, south, east, north = box
        near = ranges(box)
        given = [v for low, high in near for v in (low, high, west, east, south, north)]
        return len(driver.execute(" UNION ALL ".join([arm] * len(near)), given).fetchall())

    return read


def timed(
    read: Callable[[], object], times: int, pick: Callable[[list[float]], float] = statistics.median
) -> float:
    """Return milliseconds, picked from some repetitions: their median, or another."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        read()
        taken.append((time.perf_counter() - start) * 1000)
    return pick(taken)


def viewed(read: Read, boxes: list[tuple[Box, int]]) -> tuple[float, float, int]:
    """Return (p50, p99, wrong answers) over all single readings, five of each box.

    A first round, in which the answers are checked, warms up and is not timed.
    """
    for box, _ in boxes[:10]:
        read(box)
    wrong = sum(read(box) != true for box, true in boxes)
    taken = sorted(timed(lambda box=box: read(box), 1) for box, _ in boxes for _ in range(5))
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)], wrong


def on_the_fly(session: Session) -> Callable[[], object]:
    """Return the cluster query a product without sums would run, over the same cells."""
    shift = 2 * (26 - ZOOM - 2)
    cell = C.cell.op(">>")(literal_column(str(shift)))
    query = select(cell, func.count(), func.avg(C.lat), func.avg(C.lon)).group_by(cell)
    return lambda: session.connection().execute(query).all()


def tell(database: str, name: str, value: float, unit: str, target: str, *, met: bool) -> None:
    line = {"bench": f"spatial {database} {name}", "value": round(value, 4), "unit": unit}
    print(json.dumps(line | {"target": target, "met": met}), flush=True)


def judge(engine: Engine, at: Points, boxes: list[tuple[Box, int]]) -> bool:
    name = engine.dialect.name
    most = 3.0 if name == "sqlite" else 10.0
    start = time.perf_counter()
    fill(engine, at)
    tell(name, "fill", time.perf_counter() - start, "s", "", met=True)
    with Session(engine) as session:
        p50, p99, wrong = viewed(ours(session), boxes)
        bare50, _, _ = viewed(raw(session), boxes)
        peer50, peer99, _ = viewed(peer(session), boxes)
        slow = timed(on_the_fly(session), 3)
        fast = timed(lambda: clusters_in(session, REPORT_CLUSTER, CITY, ZOOM), 9)
        pins = sorted(timed(lambda b=b: in_view(session, b, 17), 5, min) for b, _ in boxes)
        sheet = listed(session, boxes, EVERYTHING)
        city = timed(lambda: cards_in(session, CITY), 9)
        one_kind = timed(lambda: cards_in(session, CITY, Sight(category=KINDS[0])), 9)
    results = [
        ("pins with titles p99", pins[int(len(pins) * 0.99)], "ms", "", True),
        ("list of a view p99", sheet, "ms", "< 10", sheet < 10),
        ("list of the whole city", city, "ms", "< 10", city < 10),
        ("list of the whole city, one kind", one_kind, "ms", "< 10", one_kind < 10),
        ("points in view p50", p50, "ms", "", True),
        ("points in view p99", p99, "ms", f"< {most}", p99 < most),
        ("view / bare driver p50", p50 / bare50, "ratio", "<= 2", p50 / bare50 <= 2),
        ("wrong answers", wrong, f"of {len(boxes)}", "0", wrong == 0),
        ("B-tree(lat, lon) p50", peer50, "ms", "", True),
        ("B-tree(lat, lon) p99", peer99, "ms", "", True),
        ("clusters of the city", fast, "ms", "", True),
        ("clusters / GROUP BY", fast / slow, "ratio", "<= 0.02", fast / slow <= 0.02),
    ]
    ratio, limit = p50 / peer50, 0.3 if name == "sqlite" else 1.0
    results.append(("view / B-tree p50", ratio, "ratio", f"<= {limit}", ratio <= limit))
    if len(at.kind) < WHOLE:
        # These grow with the number of reports: at a tenth of it they say nothing.
        results = [
            (label, value, unit, "", True)
            if label.endswith(GROWING)
            else (label, value, unit, t, m)
            for label, value, unit, t, m in results
        ]
    for label, value, unit, target, met in results:
        tell(name, label, value, unit, target, met=met)
    return all(met for *_, met in results)


def main() -> int:
    quick = "--quick" in sys.argv
    at = points(100_000 if quick else WHOLE)
    boxes = views(at, 100 if quick else 300)
    with tempfile.TemporaryDirectory() as name, engines(Path(name)) as both:
        met = []
        for engine in both:
            met.append(judge(engine, at, boxes))
            engine.dispose()
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
