"""Reports of the same kind close by, among a million, on SQLite and on PostgreSQL.

    .venv/bin/python bench/near.py [--quick]

Asks at 2,000 spots where people report. Prints one JSON line a figure. The peer of the same run is
a scan of a B-tree over (lat, lon) by the bare driver that asks the same; every answer of ours is
counted against numpy. `--quick` takes 100,000.
"""

import json
import math
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Engine

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.city import QUICK, WHOLE, Points, add_peer, engines, fill, opened_s, points  # noqa: E402
from bench.spatial_city import taken_by  # noqa: E402
from participation.reports.queries_near import (  # noqa: E402
    DEGREE_M,
    LIVE,
    NEAR_M,
    RECENT,
    SHOWN,
    metres_between,
    near_same,
)
from participation.reports.rules import Category  # noqa: E402
from services.db import Session  # noqa: E402

SPOTS, MOST_MS = 2000, 20.0
# The reports of the run are of October's thirty days, so that about half of them are too old.
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
AT = BEGIN + timedelta(days=30)
PEER = (
    "SELECT id, title, status, opened_at, place, photo_hash, followers, lat, lon FROM report "
    "WHERE lat >= ? AND lat <= ? AND lon >= ? AND lon <= ? AND category = ? "
    f"AND status IN ({', '.join(repr(status) for status in sorted(LIVE))}) "
    "AND opened_at > ? AND merged_into IS NULL"
)


class Spot(NamedTuple):
    """Where someone stands, what they want to tell of, and the titles they should be shown."""

    lat: float
    lon: float
    kind: Category
    true: list[str]


Read = Callable[[Spot], list[str]]


def spots(at: Points, count: int) -> list[Spot]:
    """Return places within a few metres of a report, each with its true answer."""
    rng = np.random.default_rng(11)
    order = np.argsort(at.lat)
    sorted_lat, kinds = at.lat[order], np.array(at.kind)
    found = []
    for middle in rng.integers(0, len(order), count):
        lat = float(at.lat[middle] + rng.normal(0, 0.0001))
        lon = float(at.lon[middle] + rng.normal(0, 0.0001))
        reach = 1.01 * NEAR_M / DEGREE_M
        low, high = np.searchsorted(sorted_lat, [lat - reach, lat + reach])
        near = order[low:high]
        near = near[(np.abs(at.lon[near] - lon) < 2 * reach) & (kinds[near] == kinds[middle])]
        away = sorted(
            (metres_between(lat, lon, float(at.lat[n]), float(at.lon[n])), int(n)) for n in near
        )
        true = [
            f"Broken street light {n}"
            for metres, n in away
            if metres <= NEAR_M and BEGIN + timedelta(seconds=opened_s(n)) > AT - RECENT
        ]
        found.append(Spot(lat, lon, Category(kinds[middle]), true[:SHOWN]))
    return found


def ours(session: Session) -> Read:
    return lambda spot: [
        one.title for one in near_same(session, spot.kind, spot.lat, spot.lon, at=AT)
    ]


def peer(session: Session) -> Read:
    """Return the same question put to a plain index over (lat, lon)."""
    driver: Any = session.connection().connection.driver_connection
    postgresql = session.get_bind().dialect.name == "postgresql"
    query = PEER.replace("?", "%s") if postgresql else PEER
    since: Any = AT - RECENT
    since = since if postgresql else f"{since:%Y-%m-%d %H:%M:%S}"

    def read(spot: Spot) -> list[str]:
        high = NEAR_M / DEGREE_M
        wide = high / math.cos(math.radians(spot.lat))
        box = (spot.lat - high, spot.lat + high, spot.lon - wide, spot.lon + wide)
        rows = driver.execute(query, (*box, spot.kind.value, since)).fetchall()
        away = sorted((metres_between(spot.lat, spot.lon, row[7], row[8]), row[1]) for row in rows)
        return [title for metres, title in away if metres <= NEAR_M][:SHOWN]

    return read


def answered(read: Read, asked: list[Spot]) -> tuple[list[float], int]:
    """Return (milliseconds of every single reading, sorted; how many answers were wrong).

    The first round, in which the answers are checked, warms up and is not timed.
    """
    wrong = sum(read(spot) != spot.true for spot in asked)
    taken = [taken_by(lambda spot=spot: read(spot)).clock for spot in asked for _ in range(3)]
    return sorted(taken), wrong


def tell(database: str, name: str, value: float, unit: str, target: str, *, met: bool) -> bool:
    line = {"bench": f"near {database} {name}", "value": round(value, 3), "unit": unit}
    print(json.dumps(line | {"target": target, "met": met}), flush=True)
    return met


def judge(engine: Engine, at: Points, asked: list[Spot]) -> bool:
    name = engine.dialect.name
    start = time.perf_counter()
    fill(engine, at)
    tell(name, f"fill with {len(at.kind):,}", time.perf_counter() - start, "s", "", met=True)
    with Session(engine) as session:
        taken, wrong = answered(ours(session), asked)
    add_peer(engine)
    with Session(engine) as session:
        beside, peer_wrong = answered(peer(session), asked)
    met = []
    for share in (50, 95, 99):
        place = len(taken) * share // 100
        fine = share != 95 or taken[place] <= MOST_MS
        target = f"<= {MOST_MS}" if share == 95 else ""
        met.append(tell(name, f"same near p{share}", taken[place], "ms", target, met=fine))
        tell(name, f"B-tree(lat, lon) p{share}", beside[place], "ms", "", met=True)
    of = f"of {len(asked)}"
    met.append(tell(name, "wrong answers", wrong, of, "0", met=wrong == 0))
    met.append(tell(name, "wrong answers of the peer", peer_wrong, of, "0", met=peer_wrong == 0))
    return all(met)


def main() -> int:
    at = points(QUICK if "--quick" in sys.argv else WHOLE)
    where = spots(at, SPOTS)
    with tempfile.TemporaryDirectory() as name, engines(Path(name)) as both:
        met = []
        for engine in both:
            met.append(judge(engine, at, where))
            engine.dispose()
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
