"""How a list goes on from page to page while others write.

By the address in the header Link; for who knows numbers alone, by where their page before ended.
"""

import logging
from typing import cast
from urllib.parse import urlencode

import msgspec
from flask import Response, current_app, request
from sqlalchemy.exc import DBAPIError

from participation.reports.open311 import format, walk
from services import web
from services.web.limits import Limit, counter, line_of

# Each page of a walk is a small row for half an hour; more than these are not remembered.
PLACES = Limit("open311-walk", times=20_000, window_s=600)
log = logging.getLogger(__name__)


def begun(asked: format.Asked) -> format.Asked:
    """Return what is asked for, from where the page before of this walk ended.

    It is counted from the start where nobody knows that.
    """
    if asked.page is None or asked.page == 1 or asked.after is not None:
        return asked
    try:
        place = _walks().begins(web.session(), _walker(), asked.page, web.at())
    except DBAPIError:
        web.session().rollback()
        log.warning("the place of a walk was not read", exc_info=True)
        return asked
    return msgspec.structs.replace(asked, after=place)


def led_on(response: Response, asked: format.Asked, last: walk.Place | None) -> Response:
    """Return an answer that says in its Link header where the next page begins (RFC 8288).

    `asked` is the question as it came, `last` where its page ended, None where nothing follows.
    """
    if last is not None:
        response.headers["Link"] = _next(asked, last)
        if asked.page is not None and asked.after is None:
            _remember(asked.page, last)
    return response


def _remember(page: int, place: walk.Place) -> None:
    """Note where a page ended. It was read all the same where that cannot be written."""
    uses = counter().count(f"{PLACES.name}:{line_of(request.remote_addr or '')}", PLACES.window_s)
    if uses.times > PLACES.allowed(web.settings().mode):
        return
    try:
        _walks().ended(_walker(), page, place, web.at())
    except DBAPIError:
        log.warning("the place of a walk was not written", exc_info=True)


def _walks() -> walk.Walks:
    return cast(walk.Walks, current_app.extensions["walks"])


def _walker() -> str:
    who = (request.endpoint or "", request.remote_addr or "", request.user_agent.string)
    return walk.walker_of(who, request.args.items(multi=True))


def _next(asked: format.Asked, place: walk.Place) -> str:
    ours = ("page", "page_size", "after")
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in ours]
    onward = [("page_size", str(asked.size)), ("after", format.walked(place))]
    return f'<{web.settings().base_url}{request.path}?{urlencode([*kept, *onward])}>; rel="next"'
