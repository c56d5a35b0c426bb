"""What a page says of an act that was refused: why, beside which field, and what was typed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from flask import make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from services.errors import DomainError
from services.web.faults import in_time, sentences, wants_json
from services.web.request import give_up

Act = Callable[..., ResponseReturnValue]


class Refusal(msgspec.Struct, frozen=True):
    """Why an act was not done, in the reader's words.

    `act` names the act, `typed` is what was sent by field, `wrong` the sentence beside each field
    that is at fault; where none is, `title` and `way_out` stand above them all. `chosen` are those
    that were ticked, `focus` is the field to go on in where nothing is at fault.
    """

    act: str
    typed: MultiDict[str, str]
    title: str
    way_out: str
    wrong: dict[str, str]
    chosen: frozenset[str] = frozenset()
    focus: str = ""


def refusal(act: str, error: DomainError) -> Refusal:
    """Return what the page of a form says of an act that raised `error`."""
    title, way_out = sentences(error.code, error.status)
    wrong = dict.fromkeys(error.fields, f"{title}. {way_out}")
    chosen = frozenset(request.form.getlist("ids"))
    return Refusal(act, request.form, title, way_out, wrong, chosen)


def drawn_on(page: Callable[[Refusal], str], *kinds: type[DomainError]) -> Callable[[Act], Act]:
    """Draw the form's own page again where its act is refused with one of `kinds`.

    What was typed stands there, the reason beside its field, and the status is the error's (404,
    409, 422, 503); nothing of the act is kept. A program gets its problem document as everywhere.
    """

    def drawing(act: Act) -> Act:
        @wraps(act)
        def drawn(**on: Any) -> ResponseReturnValue:
            try:
                return act(**on)
            except kinds as error:
                if wants_json():
                    raise
                # What was begun must not show, and nobody waits for a page to be drawn.
                give_up()
                drawn_again = make_response(page(refusal(act.__name__, error)), error.status)
                return in_time(drawn_again, error)

        return drawn

    return drawing
