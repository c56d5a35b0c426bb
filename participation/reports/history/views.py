"""The history for everyone: a page in plain words, the data, and the script that checks them."""

from pathlib import Path

import msgspec
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from participation.reports.access import report_for
from participation.reports.history import queries
from services import web
from services.auth.gates import public
from services.db import snapshot_session
from services.web.request import engine

pages = Blueprint("history", __name__, url_prefix="/reports")
SCRIPT = Path(__file__).resolve().parents[3] / "static" / "history" / "verify.py"
DAYS_SHOWN = 14
LONGEST = 10


@pages.get("/history")
@public
def page() -> ResponseReturnValue:
    found = queries.heads(web.session())
    days = found.days[::-1][:DAYS_SHOWN]
    base = web.settings().base_url.rstrip("/")
    return render_template(
        "reports/history.html",
        head=found.head,
        days=days,
        base=base,
        unchained=found.unchained,
    )


@pages.get("/history/steps.json")
@public
def steps() -> ResponseReturnValue:
    after = request.args.get("after", "")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < LONGEST else 0
    # Steps and what pages show must be of one moment, or the script would cry foul.
    with snapshot_session(engine()) as session:
        return _json(queries.steps_after(session, number))


@pages.get("/history/heads.json")
@public
def heads() -> ResponseReturnValue:
    with snapshot_session(engine()) as session:
        return _json(queries.heads(session))


@pages.get("/<report_id>/history.json")
@public
def story(report_id: str) -> ResponseReturnValue:
    with snapshot_session(engine()) as session:
        report = report_for(session, web.actor(), report_id)
        return _json(queries.story_of(session, report))


@pages.get("/verify.py")
@public
def script() -> ResponseReturnValue:
    headers = {"Content-Disposition": f"attachment; filename={SCRIPT.name}"}
    return Response(SCRIPT.read_bytes(), mimetype="text/x-python", headers=headers)


def _json(told: msgspec.Struct) -> Response:
    answer = Response(msgspec.json.encode(told), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
