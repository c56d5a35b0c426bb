"""What changes when a report goes on to another body: its place there, and what the body says."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select, update

from participation.reports.access import hold, leads
from participation.reports.actions import answer_report
from participation.reports.forwarding.matching import Place, onward_of
from participation.reports.forwarding.models import (
    Forwarding,
    ForwardingUpdate,
    OutsideBody,
    OutsideRule,
)
from participation.reports.forwarding.queries import came_back, is_own, needs_somebody
from participation.reports.forwarding.waits import OPEN
from participation.reports.models import Report
from participation.reports.routing.models import Body
from participation.reports.rules import PUBLIC, STATUS_LABELS, Category, Status
from services import audit, i18n
from services.auth import Actor
from services.db import Session, add_named
from services.errors import InvalidError, NotFoundError, RefusedError
from services.ids import parse_id

# The words of FixMyStreet's extension, each as the nearest of our own.
MEANING = {
    "OPEN": Status.OPEN,
    "REOPENED": Status.OPEN,
    "INVESTIGATING": Status.ACKNOWLEDGED,
    "ACKNOWLEDGED": Status.ACKNOWLEDGED,
    "PLANNED": Status.IN_PROGRESS,
    "ACTION_SCHEDULED": Status.IN_PROGRESS,
    "IN_PROGRESS": Status.IN_PROGRESS,
    "FIXED": Status.FIXED,
    "CLOSED": Status.CLOSED,
    "DUPLICATE": Status.CLOSED,
    "NO_FURTHER_ACTION": Status.CLOSED,
    "UNABLE_TO_FIX": Status.CLOSED,
    "NOT_COUNCILS_RESPONSIBILITY": Status.CLOSED,
    "NOT_RESPONSIBLE": Status.CLOSED,
    "INTERNAL_REFERRAL": Status.CLOSED,
}
PASSED_ON = "Passed on to %(name)s. The number there is %(number)s."
LONGEST_TEXT = 3800


class BodyInput(msgspec.Struct, frozen=True):
    """What an operator says of a body. An empty `api_key` leaves the one there is.

    `body_id` is the body of the clerk's table it is: then it gets what that body's teams get.
    """

    name: str
    url: str
    jurisdiction_id: str = ""
    api_key: str = ""
    wants_contact: bool = False
    takes_photos: bool = False
    body_id: UUID | None = None


class OnwardInput(msgspec.Struct, frozen=True):
    """Which reports go to a body; `box` is (west, south, east, north), None for everywhere."""

    category: Category
    service_code: str
    box: tuple[float, float, float, float] | None = None


class Said(msgspec.Struct, frozen=True):
    """A word of a body on a report: its own name of the word, what it means, its text.

    `status` is None where its word for it is none we know.
    """

    name: str
    status: Status | None
    text: str


def keep_body(
    session: Session, actor: Actor, told: BodyInput, own_url: str, *, at: datetime
) -> UUID:
    """Add a body, or change the one of that name; return its id. Ourselves are refused."""
    if is_own(told.url, own_url):
        raise RefusedError("own_server", {"url": "own"})
    name, url = _name_and_url(told)
    body = session.scalar(select(OutsideBody).where(OutsideBody.name == name))
    if body is None:
        body = OutsideBody(id=uuid4(), name=name, made_at=at, form="xml", api_key="")
    elif body.url != url:
        # The key was given for another address: it must not be sent to this one.
        body.api_key, body.form = "", "xml"
    body.url, body.jurisdiction_id = url, told.jurisdiction_id.strip()[:100]
    body.api_key = told.api_key.strip()[:400] or body.api_key
    body.wants_contact, body.updates_until = told.wants_contact, None
    body.takes_photos = told.takes_photos
    body.body_id = _linked(session, body, told.body_id)
    add_named(session, body)
    _record(session, actor, "keep_body", body.id, at)
    return body.id


def _name_and_url(told: BodyInput) -> tuple[str, str]:
    name, url = " ".join(told.name.split()), told.url.rstrip("/")
    if not 0 < len(name) <= 80:
        raise InvalidError("name_length", {"name": "1 to 80 characters"})
    if len(url) > 300 or not url.startswith(("https://", "http://")):
        raise InvalidError("url_odd", {"url": "invalid"})
    return name, url


def _linked(session: Session, body: OutsideBody, wanted: UUID | None) -> UUID | None:
    """Return the body of the clerk's table, if it has no other endpoint."""
    if wanted is None:
        return None
    others = select(OutsideBody.id).where(OutsideBody.body_id == wanted, OutsideBody.id != body.id)
    if session.get(Body, wanted) is None or session.scalar(others) is not None:
        raise InvalidError("body_taken", {"body": "taken"})
    return wanted


def pause_body(
    session: Session, actor: Actor, body: OutsideBody, *, paused: bool, at: datetime
) -> None:
    """Send a body nothing for a while and ask it nothing, or go on; what comes meanwhile waits."""
    body.paused_at = at if paused else None
    session.flush()
    _record(session, actor, "pause_body" if paused else "resume_body", body.id, at)


def note_health(
    session: Session, actor: Actor, body: OutsideBody, trouble: str, form: str, *, at: datetime
) -> None:
    """Keep what a test of a body found: `trouble` "" if all is well, `form` what it speaks."""
    body.form = form
    body.trouble, body.trouble_at = (trouble[:300], at) if trouble else (None, None)
    body.well_at = body.well_at if trouble else at
    session.flush()
    _record(session, actor, "note_health", body.id, at)


def add_onward(
    session: Session, actor: Actor, body: OutsideBody, told: OnwardInput, *, at: datetime
) -> None:
    """Let reports of a category go to a body from now on."""
    code = told.service_code.strip()
    if not 0 < len(code) <= 80:
        raise InvalidError("name_length", {"service_code": "length"})
    west, south, east, north = told.box or (None, None, None, None)
    rule = OutsideRule(body_id=body.id, category=told.category.value, service_code=code)
    rule.west, rule.south, rule.east, rule.north = west, south, east, north
    session.add(rule)
    session.flush()
    _record(session, actor, "add_onward", body.id, at)


def remove_onward(session: Session, actor: Actor, rule_id: str, *, at: datetime) -> None:
    """Send nothing more by a rule; what is on its way already goes on."""
    key = parse_id(rule_id)
    rule = session.get(OutsideRule, key) if key else None
    if rule is None:
        raise NotFoundError
    session.delete(rule)
    session.flush()
    _record(session, actor, "remove_onward", rule.body_id, at)


def send_on(session: Session, actor: Actor, report: Report, *, at: datetime) -> UUID | None:
    """Put a report on its way to the body that takes its kind; None where no body does.

    A report goes to a body once, and never one that was on its way through here before.
    """
    place = Place(report.lat, report.lon)
    onward = onward_of(session, Category(report.category), report.team_id, place)
    if onward is None or came_back(session, report.text):
        return None
    known = select(Forwarding.id).where(
        Forwarding.report_id == report.id, Forwarding.body_id == onward.body_id
    )
    if (earlier := session.scalar(known)) is not None:
        return earlier
    row = Forwarding(
        id=uuid4(),
        report_id=report.id,
        body_id=onward.body_id,
        service_code=onward.service_code,
        state="waiting",
        due_at=at,
        tries=0,
        made_at=at,
    )
    session.add(row)
    session.flush()
    _record(session, actor, "send_on", report.id, at, kind="report")
    return row.id


def try_again(session: Session, actor: Actor, forwarding_id: str, *, at: datetime) -> None:
    """Give a request that waits or was refused a new round of tries, at once, and with it what was
    put off for its sake. One that is being carried this moment is left to its courier."""
    key = parse_id(forwarding_id)
    row = session.get(Forwarding, key, with_for_update=True) if key else None
    if row is None or row.state in ("followed", "ended"):
        raise NotFoundError
    if row.lease is not None and row.due_at > at:
        return
    with_it = Forwarding.body_id == row.body_id, Forwarding.due_at == row.due_at
    free = Forwarding.state.in_(OPEN), Forwarding.lease.is_(None), Forwarding.due_at > at
    session.connection().execute(update(Forwarding).where(*with_it, *free).values(due_at=at))
    if row.state == "refused":
        row.state = _state_before(row)
    row.due_at, row.tries, row.lease = at, 0, None
    session.flush()
    _record(session, actor, "try_again", row.report_id, at, kind="report")


def _state_before(row: Forwarding) -> str:
    """Return where a request takes its way up again: what was asked once may be there."""
    return "asked" if row.asked_at else "waiting"


def send_after_all(session: Session, actor: Actor, report_id: UUID, *, at: datetime) -> int:
    """Put a report that goes on again on its way to the bodies that never had it; return to how
    many.

    It was let go of while it stood settled or hidden. What is on its way already is left alone.
    """
    given_up = select(Forwarding).where(
        Forwarding.report_id == report_id,
        Forwarding.state == "ended",
        Forwarding.remote_id.is_(None),
        Forwarding.token.is_(None),
    )
    rows = session.scalars(given_up.with_for_update()).all()
    if not rows or not needs_somebody(session.get_one(Report, report_id)):
        return 0
    for row in rows:
        row.state, row.due_at, row.tries, row.error = _state_before(row), at, 0, None
    session.flush()
    _record(session, actor, "send_after_all", report_id, at, kind="report")
    return len(rows)


def note_taken(
    session: Session, actor: Actor, row: Forwarding, remote_id: str, lang: str, *, at: datetime
) -> None:
    """Keep the number a report has there, and tell those who follow it where it went."""
    row.state, row.remote_id, row.error, row.tries = "followed", remote_id[:200], None, 0
    row.taken_at = at
    body, report = session.get_one(OutsideBody, row.body_id), session.get_one(Report, row.report_id)
    session.flush()
    _record(session, actor, "note_taken", report.id, at, kind="report")
    now = Status(report.status)
    if needs_somebody(report):
        text = i18n.translate(lang, PASSED_ON, name=body.name, number=remote_id)
        then = Status.ACKNOWLEDGED if now is Status.OPEN else now
        answer_report(session, actor, report, then, text, at=at)


def heed(
    session: Session, actor: Actor, row: Forwarding, said: Said, lang: str, *, at: datetime
) -> bool:
    """Let a report follow what its body says of it, once for each word; say whether it was new.

    A status our life cycle does not lead to is not taken; its text is. Of what the city does not
    show nothing is taken: it was hidden by people who looked at it.
    """
    name = said.name[:200]
    if session.get(ForwardingUpdate, (row.id, name)) is not None:
        return False
    session.add(ForwardingUpdate(forwarding_id=row.id, name=name))
    body, report = session.get_one(OutsideBody, row.body_id), session.get_one(Report, row.report_id)
    # Held before it is looked at: a colleague may be hiding it this moment.
    hold(session, report)
    now = Status(report.status)
    then = said.status if said.status is not None and leads(report, said.status) else now
    session.flush()
    _record(session, actor, "heed", report.id, at, kind="report")
    if now in PUBLIC and (then != now or said.text):
        told = said.text or i18n.translate(lang, STATUS_LABELS[then])
        answer_report(session, actor, report, then, f"{body.name}: {told[:LONGEST_TEXT]}", at=at)
    return True


def _record(
    session: Session, actor: Actor, verb: str, ref: UUID, at: datetime, kind: str = "outside_body"
) -> None:
    audit.record(session, actor.id, verb, kind, str(ref), at=at)
