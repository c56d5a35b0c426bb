"""The console's acts on many reports at once."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from participation.reports import actions_bulk
from participation.reports.actions_bulk import Done, Seen
from participation.reports.console_desk import (
    handled,
    keeps_typed,
    offer_undo,
    reason_of,
    staff_of,
    tell_left,
    to_queue,
)
from participation.reports.forms import BulkForm, seen_rows
from participation.reports.models import Report
from participation.reports.rules import Status
from services import web
from services.auth.gates import role
from services.errors import InvalidError

pages = Blueprint("reports_bulk", __name__, url_prefix="/console")
staff = role("moderator", "officer")
Reports = Sequence[Report]


@pages.post("/bulk")
@staff
@keeps_typed(BulkForm)
def bulk(form: BulkForm) -> ResponseReturnValue:
    act = ACTS.get(form["action"].data)
    if act is None:
        raise InvalidError("action_unknown")
    ids = list(dict.fromkeys(request.form.getlist("ids")))
    if len(ids) > actions_bulk.MOST:
        raise InvalidError("too_many_chosen", {"ids": "too_many"})
    reports = [handled(one) for one in ids]
    before = {report.id: report.status for report in reports}
    done = act(reports, seen_rows(request.form), form)
    _offer(before, done, turned_down=act is _reject)
    if left := done.left:
        tell_left(len(ids) - len(left), [(str(one.report_id), one.code) for one in left])
    return to_queue()


def _offer(before: dict[UUID, str], done: Done, *, turned_down: bool) -> None:
    """Offer to take back what was done, if any of it can be."""
    states = {before[key] for key in done.changed}
    if states:
        # Who it was given to may change for what waits for a first look as for any other.
        offer_undo(Status.HELD if turned_down and states == {Status.HELD} else "")


def _acknowledge(reports: Reports, seen: Seen, _form: BulkForm) -> Done:
    return actions_bulk.acknowledge_many(web.session(), web.actor(), reports, seen, at=web.at())


def _take(reports: Reports, seen: Seen, _form: BulkForm) -> Done:
    me = web.actor().id
    return actions_bulk.assign_many(web.session(), web.actor(), reports, seen, me, at=web.at())


def _assign(reports: Reports, seen: Seen, form: BulkForm) -> Done:
    whom = staff_of(form)
    return actions_bulk.assign_many(web.session(), web.actor(), reports, seen, whom, at=web.at())


def _reject(reports: Reports, seen: Seen, form: BulkForm) -> Done:
    reason = reason_of(form)
    return actions_bulk.reject_many(web.session(), web.actor(), reports, seen, reason, at=web.at())


ACTS: dict[str, Callable[[Reports, Seen, BulkForm], Done]] = {
    "acknowledge": _acknowledge,
    "assign_me": _take,
    "assign": _assign,
    "reject": _reject,
}
