"""The public page of promises kept, and its figures to take along."""

import csv
import io
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from participation.reports.promises.queries import Line, Numbers, numbers
from services import web
from services.auth.gates import public

pages = Blueprint("numbers", __name__, url_prefix="/reports/numbers")
COLUMNS = ("by", "key", "told", "settled", "in_time", "late")


@pages.get("")
@public
def page() -> ResponseReturnValue:
    return render_template("reports/numbers.html", found=_found())


@pages.get("/file.csv")
@public
def file() -> ResponseReturnValue:
    found, out = _found(), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    tables = {"month": found.months, "kind": found.categories, "body": found.bodies}
    for by, lines in tables.items():
        writer.writerows(_row(by, line) for line in lines)
    name = f"madang-promises-{found.at:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(out.getvalue(), mimetype="text/csv", headers=headers)


def _found() -> Numbers:
    return numbers(web.session(), ZoneInfo(web.settings().timezone), at=web.at())


def _row(by: str, line: Line) -> tuple[object, ...]:
    tally = line.tally
    return by, line.key, tally.told, tally.settled, tally.in_time, tally.late
