"""The console's page of people and their roles."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.accounts import actions, queries
from services import web
from services.auth import Role
from services.auth.gates import role
from services.errors import InvalidError
from services.ids import parse_id

pages = Blueprint("people", __name__, url_prefix="/console/people")


@pages.get("/")
@role("operator")
def index() -> ResponseReturnValue:
    query = request.args.get("query", "").strip()[:80]
    return render_template(
        "accounts/people.html",
        people=queries.people(web.session(), query),
        roles=[r.value for r in Role],
        query=query,
    )


@pages.post("/<person_id>/role")
@role("operator")
def change(person_id: str) -> ResponseReturnValue:
    key, name = parse_id(person_id), request.form.get("role", "")
    if key is None or name not in {r.value for r in Role}:
        raise InvalidError("role_unknown", {"role": "unknown"})
    give = request.form.get("give") == "1"
    actions.change_role(web.session(), web.actor(), key, Role(name), give=give, at=web.at())
    query = request.form.get("query", "")[:80] or None
    return redirect(url_for("people.index", query=query), 303)
