"""Where the address of a form leads who opens it: to the page the form stands on.

A page that was drawn because a form was refused has the form's address: whoever reads it again, or
is sent it by someone, comes to where the form stands.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.exceptions import HTTPException

STANDS_ON = "__stands_on__"
View = TypeVar("View", bound=Callable[..., Any])


def form_on(page: str) -> Callable[[View], View]:
    """Mark a view whose form stands on another page than the nearest above its own address."""

    def marking(view: View) -> View:
        setattr(view, STANDS_ON, page)
        return view

    return marking


def page_of_form(path: str) -> str:
    """Return the page the form of `path` stands on, with the query of this request."""
    page = getattr(_taking(path)[1], STANDS_ON, "") or _page_above(path)
    query = request.query_string.decode("ascii", "ignore")
    return f"{page}?{query}" if query else page


def is_taken_for_another(path: str) -> bool:
    """Say whether a form has an address that a page takes for one of its own, with an odd id."""
    rule, here = _taking(path)[0], request.url_rule
    return rule is not None and here is not None and rule.rule != here.rule


def _taking(path: str) -> tuple[Any, Any]:
    """Return the rule and the view that take what is posted to `path`; None where none do."""
    try:
        routes = current_app.create_url_adapter(request)
        rule, _ = routes.match(path, "POST", return_rule=True) if routes else (None, {})
    except HTTPException:
        return None, None
    return rule, current_app.view_functions[rule.endpoint] if rule else None


def _page_above(path: str) -> str:
    routes = current_app.create_url_adapter(request)
    while routes is not None and path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0]
        for page in (path + "/", path):
            if page and routes.test(page, "GET"):
                return page
    return "/"
