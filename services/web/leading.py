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


def way_back() -> str:
    """Return where who must sign in first comes back to, with the query of this request.

    It is the page they asked for, or the one where what they sent can be sent once more.
    """
    if request.method == "GET":
        return request.full_path.rstrip("?")
    (taking, view), (showing, _) = _taking(request.path), _taking(request.path, "GET")
    # A page of one thing may take the address for one of its own, with an odd id.
    own = taking and showing and taking.rule == showing.rule
    if own and not hasattr(view, STANDS_ON):
        return _asked(request.path)
    return page_of_form(request.path)


def page_of_form(path: str) -> str:
    """Return the page the form of `path` stands on, with the query of this request."""
    return _asked(getattr(_taking(path)[1], STANDS_ON, "") or _page_above(path))


def is_taken_for_another(path: str) -> bool:
    """Say whether a form has an address that a page takes for one of its own, with an odd id."""
    rule, here = _taking(path)[0], request.url_rule
    return rule is not None and here is not None and rule.rule != here.rule


def _asked(page: str) -> str:
    query = request.query_string.decode("ascii", "ignore")
    return f"{page}?{query}" if query else page


def _taking(path: str, method: str = "POST") -> tuple[Any, Any]:
    """Return the rule and the view that take what comes to `path`; None where none do."""
    try:
        routes = current_app.create_url_adapter(request)
        rule, _ = routes.match(path, method, return_rule=True) if routes else (None, {})
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
