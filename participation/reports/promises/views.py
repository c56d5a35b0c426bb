"""The public page of promises kept, and its figures to take along."""

import csv
import io
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from participation.reports.promises.counting import Counted
from participation.reports.promises.queries import (
    MONTHS,
    NOBODY,
    SPANS,
    Cell,
    Numbers,
    Scope,
    sources,
)
from services import web
from services.auth.gates import public
from services.errors import InvalidError

pages = Blueprint("numbers", __name__, url_prefix="/reports/numbers")
# A look may count every report of its months; the page and its files count together.
OFTEN = web.limit("numbers", times=120, window_s=600)
COLUMNS = ("body", "category", "month", "told", "settled", "in_time", "late")


@pages.get("")
@public
@OFTEN
def page() -> ResponseReturnValue:
    found = _found()
    asked = msgspec.structs.asdict(found.asked)
    return render_template(
        "reports/numbers.html",
        found=found,
        sources=sources(web.session()),
        spans=SPANS,
        nobody=NOBODY,
        query=urlencode({name: value for name, value in asked.items() if value}),
    )


@pages.get("/file.csv")
@public
@OFTEN
def file() -> ResponseReturnValue:
    found, out = _found(), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_row(cell) for cell in _cells(found))
    return _download(found, out.getvalue(), "csv", "text/csv")


@pages.get("/file.json")
@public
@OFTEN
def data() -> ResponseReturnValue:
    found = _found()
    told = {
        "at": found.at,
        "source": found.asked.source,
        "rows": [dict(zip(COLUMNS, _row(cell), strict=True)) for cell in _cells(found)],
    }
    return _download(found, msgspec.json.encode(told), "json", "application/json")


def _download(found: Numbers, body: str | bytes, ending: str, kind: str) -> Response:
    name = f"madang-promises-{found.asked.until}.{ending}"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(body, mimetype=kind, headers=headers)


def _cells(found: Numbers) -> Iterator[Cell]:
    """Yield what the page shows: of the body asked for, else of all."""
    wanted = "" if found.asked.body == NOBODY else found.asked.body
    return (cell for cell in found.cells if not found.asked.body or cell.body == wanted)


def _found() -> Numbers:
    zone = ZoneInfo(web.settings().timezone)
    sent = request.args
    asked = Scope(
        until=sent.get("until") or f"{web.at().astimezone(zone):%Y-%m}",
        months=sent.get("months", MONTHS, type=int),
        body=sent.get("body", "")[:80],
        source=sent.get("source", "")[:40],
    )
    counted = cast(Counted, current_app.extensions["promises"])
    try:
        return counted.numbers(web.session(), zone, asked, at=web.at())
    except (ValueError, OverflowError) as error:
        raise InvalidError("month_unreadable", {"until": "like 2026-11"}) from error


def _row(cell: Cell) -> tuple[str, str, str, int, int, int, int]:
    tally = cell.tally
    counts = (tally.told, tally.settled, tally.in_time, tally.late)
    return _plain(cell.body), cell.category, cell.month, *counts


def _plain(name: str) -> str:
    """Return a body's name as a spreadsheet takes it for words, whatever it begins with."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name
