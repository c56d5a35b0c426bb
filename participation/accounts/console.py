"""The console's page of people and their roles."""

from collections.abc import Collection, Mapping
from typing import get_args
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from participation.accounts import actions
from participation.accounts.directory import bounds_of
from participation.accounts.queries_people import Sought, Who, page_of
from services import web
from services.auth import Role
from services.auth.gates import role
from services.errors import InvalidError, NotFoundError
from services.ids import parse_id
from services.registry import BoundKind

LONGEST_QUERY = 254
pages = Blueprint("people", __name__, url_prefix="/console/people")


@pages.get("/")
@role("operator")
def index() -> ResponseReturnValue:
    sought = _sought(request.args)
    return render_template(
        "accounts/people.html",
        found=page_of(web.session(), sought, web.at()),
        sought=sought,
        roles=[r.value for r in Role],
        kinds=_kinds(),
    )


def _sought(sent: Mapping[str, str]) -> Sought:
    """Return whom is looked for: the team at first, everyone where something was typed."""
    query = sent.get("query", "").strip()[:LONGEST_QUERY]
    given: Who | None = next((one for one in get_args(Who) if one == sent.get("who")), None)
    who = given or ("everyone" if query else "team")
    after, kept = (parse_id(sent.get(name, "")) for name in ("after", "kept"))
    return Sought(query, who, after, kept)


def _kinds() -> list[tuple[BoundKind, Mapping[UUID, str]]]:
    return [(kind, kind.choices(web.session())) for kind in web.registry().bounds]


@pages.post("/<person_id>/role")
@role("operator")
def change(person_id: str) -> ResponseReturnValue:
    key, name = parse_id(person_id), request.form.get("role", "")
    if key is None or name not in {r.value for r in Role}:
        raise InvalidError("role_unknown", {"role": "unknown"})
    give = request.form.get("give") == "1"
    actions.change_role(web.session(), web.actor(), key, Role(name), give=give, at=web.at())
    return _back(key)


@pages.post("/<person_id>/bounds")
@role("operator")
def bound(person_id: str) -> ResponseReturnValue:
    """Bind someone's work to the areas and bodies that were chosen; to none of them: whole city.

    What they are bound to already may be chosen though it is gone.
    """
    key = parse_id(person_id)
    if key is None:
        raise NotFoundError
    held = bounds_of(web.session(), [key])[key]
    there = {(kind.kind, one) for kind, choices in _kinds() for one in choices} | held
    kinds = [kind.kind for kind in web.registry().bounds]
    chosen = {_chosen(kind, one, there) for kind in kinds for one in request.form.getlist(kind)}
    actions.bound_staff(web.session(), web.actor(), key, chosen, at=web.at())
    return _back(key)


def _chosen(kind: str, text: str, there: Collection[tuple[str, UUID]]) -> tuple[str, UUID]:
    key = parse_id(text)
    if key is None or (kind, key) not in there:
        raise InvalidError("bound_unknown", {"bound": "unknown"})
    return kind, key


def _back(key: UUID) -> ResponseReturnValue:
    return redirect(_sought(request.form).address(kept=key), 303)
