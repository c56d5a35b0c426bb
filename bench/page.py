"""What our list page costs beside a bare Flask page with the same template on raw sqlite3.

    .venv/bin/python bench/page.py [--quick | --once]

Both run in this process and take turns; the figure is CPU time, so that a busy machine changes
little. Prints one JSON line a figure.
"""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from flask import Flask, render_template
from markupsafe import Markup
from werkzeug.test import EnvironBuilder

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import app as application  # noqa: E402
from participation.reports.imports.arrivals import Arrival, take_in  # noqa: E402
from participation.reports.rules import LABELS, STATUS_LABELS, Category, Status  # noqa: E402
from services import clock, i18n  # noqa: E402
from services.config import load  # noqa: E402
from services.db import make_engine, migrate, unit_of_work  # noqa: E402
from services.web.pages import asset  # noqa: E402

REPORTS, PAGE = 5000, 20
ZONE = "Asia/Seoul"
CATEGORIES = [{"code": c.value, "label": label} for c, label in LABELS.items()]
STATUSES = [{"code": s.value, "label": label} for s, label in STATUS_LABELS.items()]
# As quick as SQLite can be: by itself it sorts all that was never joined, half a millisecond.
SQL = """
    SELECT id, title, category, status, opened_at, lat, lon, place, photo_hash, followers
    FROM report INDEXED BY ix_report_newest
    WHERE status NOT IN ('rejected') AND merged_into IS NULL
    ORDER BY opened_at DESC, id DESC LIMIT 21
"""
Wsgi = Callable[..., Any]


class Card(NamedTuple):
    id: str
    title: str
    category: str
    status: str
    opened_at: datetime
    lat: float
    lon: float
    place: str
    thumb_url: str | None
    followers: int


def past(count: int, at: datetime) -> Iterator[Arrival]:
    kinds = cycle(Category)
    for n, kind in enumerate(islice(kinds, count)):
        yield Arrival(
            source="bench",
            source_id=str(n),
            category=kind,
            status=Status.OPEN if n % 3 else Status.FIXED,
            text=f"가로등이 꺼져 있어요 {n}",
            lat=34.2 + n % 97 * 1e-4,
            lon=127.9 + n % 89 * 1e-4,
            place=f"하늘시 바다로 {n % 200}",
            opened_at=at - timedelta(minutes=7 * n),
            ended_at=None if n % 3 else at,
        )


def bare(database: Path, menu: list[Any]) -> Flask:
    """Return the smallest Flask application that draws the same page from the same rows."""
    small = Flask("bare", template_folder=str(ROOT / "templates"))
    connection = sqlite3.connect(database)
    env = small.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    catalog = i18n.catalog()
    actor = SimpleNamespace(signed_in=False, may=lambda role: False, lang="ko")
    token = Markup('<input type="hidden" name="csrf_token" value="0">')
    env.globals.update(
        asset=asset,
        person_mark=lambda: "",
        csrf_field=lambda: token,
        csrf_token=lambda: "0",
        _=lambda text, **values: (
            catalog.get(text, text) % values if values else catalog.get(text, text)
        ),
        tongue=lambda text: Markup(' lang="en"') if i18n.spoken(text or "") == "en" else "",
        lang="ko",
        actor=actor,
        city_name="하늘시",
        mode="demo",
        menu=menu,
        console_menu=[],
        category_labels={c.value: label for c, label in LABELS.items()},
        status_labels={s.value: label for s, label in STATUS_LABELS.items()},
    )
    env.filters.update(
        ago=lambda value: i18n.ago("ko", value, clock.now()),
        day=lambda value: i18n.day("ko", value, ZONE),
        moment=lambda value: i18n.moment("ko", value, ZONE),
        number=lambda value: i18n.number("ko", value),
    )

    def page() -> str:
        rows = connection.execute(SQL).fetchall()
        cards = [card(row) for row in rows[:PAGE]]
        return render_template(
            "reports/list.html",
            reports=cards,
            filters={"status": "", "category": ""},
            statuses=STATUSES,
            categories=CATEGORIES,
            next_cursor=cards[-1].id if len(rows) > PAGE else None,
        )

    small.add_url_rule("/reports/", "index", page)
    return small


def card(row: tuple[Any, ...]) -> Card:
    *told, photo, followers = row
    told[4] = datetime.fromisoformat(told[4]).replace(tzinfo=UTC)
    return Card(*told, f"/media/{photo}/small.webp" if photo else None, followers)


def ask(app: Wsgi) -> int:
    """Ask for the page once and return its length."""
    builder = EnvironBuilder(path="/reports/", headers={"Accept-Language": "ko"})
    environ, answered = builder.get_environ(), []
    body = app(environ, lambda status, headers, error=None: answered.append(status))
    length = sum(map(len, body))
    if hasattr(body, "close"):
        body.close()
    if not answered[0].startswith("200"):
        raise RuntimeError(answered[0])
    return length


def cpu_us(app: Wsgi, times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        ask(app)
    return (time.process_time() - start) / times * 1e6


def tell(name: str, value: float, unit: str, target: str, *, met: bool) -> None:
    line = {"bench": f"page {name}", "value": round(value, 3), "unit": unit}
    print(json.dumps(line | {"target": target, "met": met}), flush=True)


def main() -> int:
    rounds, times = (3, 100) if "--quick" in sys.argv else (7, 300)
    if "--once" in sys.argv:  # whether it still runs; what it measures then says nothing
        rounds, times = 1, 1
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/city.db"
        migrate.upgrade(url)
        engine, at = make_engine(url), clock.now()
        with unit_of_work(engine) as session:
            take_in(session, list(past(REPORTS, at)), at=at)
        engine.dispose()
        settings = load({"MADANG_MODE": "test", "DATABASE_URL": url, "MADANG_DATA_DIR": name})
        ours = application.create_app(settings)
        entries = sorted(
            (m for m in ours.extensions["registry"].menu if m.area == "resident" and not m.role),
            key=lambda entry: entry.order,
        )
        peer = bare(Path(name) / "city.db", entries)
        lengths = ask(ours.wsgi_app), ask(peer.wsgi_app)
        if abs(lengths[0] - lengths[1]) > 0.05 * lengths[1]:
            raise RuntimeError(f"the pages differ: {lengths} bytes")
        pairs = [
            (cpu_us(ours.wsgi_app, times), cpu_us(peer.wsgi_app, times)) for _ in range(rounds)
        ]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    tell("length", lengths[0], "bytes", "", met=True)
    tell("bare Flask and sqlite3", theirs, "us CPU", "", met=True)
    tell("ours", mine, "us CPU", "", met=True)
    tell("ours / bare", ratio, "ratio", "<= 1.5", met=ratio <= 1.5)
    return 0 if ratio <= 1.5 or "--once" in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
