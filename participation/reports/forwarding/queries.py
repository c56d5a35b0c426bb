"""What goes to which body and how, and what the console shows of the bodies."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from participation.reports.forwarding.client import Endpoint
from participation.reports.forwarding.models import Forwarding, OutsideBody, OutsideRule
from participation.reports.forwarding.waits import OPEN, WAITING
from participation.reports.models import Report
from participation.reports.queries import photo_of, photos_of
from participation.reports.rules import ENDED, PUBLIC, Status
from services.db import Session
from services.errors import NotFoundError
from services.ids import parse_id

MARK = re.compile(r"\[madang:([0-9a-f-]{36})\]")
# How many cities a request may have passed through already; more is a circle.
MOST_MARKS = 3
LONGEST_TEXT = 3900


class RuleRow(msgspec.Struct, frozen=True):
    """A rule in the console; `box` as it was typed, "" for everywhere."""

    id: str
    category: str
    service_code: str
    box: str


class BodyRow(msgspec.Struct, frozen=True):
    """A body in the console, without its key: `has_key` says only that there is one."""

    id: str
    name: str
    url: str
    jurisdiction_id: str
    has_key: bool
    wants_contact: bool
    body_id: UUID | None
    paused_at: datetime | None
    well_at: datetime | None
    trouble: str
    trouble_at: datetime | None
    waiting: int
    followed: int
    rules: list[RuleRow]


class Letter(msgspec.Struct, frozen=True):
    """A request on its way: where it goes, what it says, and what is known of it there."""

    id: UUID
    lease: str
    state: str
    where: Endpoint
    form: dict[str, str | list[str]]
    photos: list[str]
    unwanted: bool
    mark: str
    made_at: datetime
    asked_at: datetime | None
    token: str


def due_letters(
    session: Session, at: datetime, left_out: Sequence[UUID] = (), *, most: int
) -> list[Forwarding]:
    """Return up to `most` requests that are to be carried or asked for at `at`.

    None is for the bodies that are `left_out`. Each body's first comes before anyone's second; what
    was tried least goes first: what a body never takes must not keep back what it would.
    """
    order = Forwarding.tries, Forwarding.due_at, Forwarding.id
    kind = Forwarding.body_id, Forwarding.state == "followed"
    place = func.row_number().over(partition_by=kind, order_by=order)
    due = (
        select(Forwarding.id, place.label("place"))
        .join(OutsideBody, OutsideBody.id == Forwarding.body_id)
        .where(Forwarding.state.in_(OPEN), Forwarding.due_at <= at)
        .where(OutsideBody.paused_at.is_(None), Forwarding.body_id.not_in(left_out))
        .subquery()
    )
    wanted = select(Forwarding).join(due, due.c.id == Forwarding.id)
    return list(session.scalars(wanted.order_by(due.c.place, *order).limit(most)))


def letter_of(session: Session, row: Forwarding, base_url: str, contact: str) -> Letter | None:
    """Return a request as it goes out; None if its report needs nobody now.

    What is public of the report is sent, and nothing of its reporter: a body that wants an
    address is given `contact`, the city's own. Where it may have been taken already, no photo is
    added to it: those follow by themselves; and it is only asked for, not sent once more, if its
    report is `unwanted`.
    """
    report, body = session.get_one(Report, row.report_id), session.get_one(OutsideBody, row.body_id)
    unwanted = not needs_somebody(report)
    if row.state == "waiting" and unwanted:
        return None
    told = row.photos.split(",") if row.state == "asked" else None
    photos = [one for one in photos_of(session, report) if told is None or one in told]
    pictures = [base_url + photo_of(name).large_url for name in photos]
    form: dict[str, str | list[str]] = {
        "service_code": row.service_code,
        "lat": f"{report.lat:.6f}",
        "long": f"{report.lon:.6f}",
        "address_string": report.place,
        "description": f"{report.text[:LONGEST_TEXT]}\n\n{mark_of(row.id)}",
        "media_url": pictures if body.takes_photos else "".join(pictures[:1]),
        "email": contact if body.wants_contact else "",
    }
    return Letter(
        id=row.id,
        lease=row.lease or "",
        state=row.state,
        where=endpoint_of(body),
        form=form,
        photos=photos,
        unwanted=unwanted,
        mark=mark_of(row.id),
        made_at=row.made_at,
        asked_at=row.asked_at,
        token=row.token or "",
    )


def needs_somebody(report: Report) -> bool:
    """Say whether a report goes on: everyone may see it, and it is not settled."""
    return Status(report.status) in PUBLIC - ENDED


def mark_of(forwarding_id: UUID) -> str:
    """Return what stands in the description of a request of ours, to find it again."""
    return f"[madang:{forwarding_id}]"


def came_back(session: Session, text: str) -> bool:
    """Say whether a text tells of a request that we sent out ourselves, or went in circles."""
    names = [key for name in MARK.findall(text) if (key := parse_id(name)) is not None]
    if len(names) > MOST_MARKS:
        return True
    known = select(Forwarding.id).where(Forwarding.id.in_(names)).limit(1)
    return bool(names) and session.scalar(known) is not None


def body_for(session: Session, body_id: str) -> OutsideBody:
    """Return a body by the id in an address; raises NotFoundError."""
    key = parse_id(body_id)
    body = session.get(OutsideBody, key) if key else None
    if body is None:
        raise NotFoundError
    return body


def codes_of(session: Session, body_id: str) -> list[str]:
    """Return the service codes our rules name at a body."""
    wanted = select(OutsideRule.service_code).where(OutsideRule.body_id == parse_id(body_id))
    return sorted(set(session.scalars(wanted)))


def endpoint_of(body: OutsideBody) -> Endpoint:
    return Endpoint(body.url, body.jurisdiction_id, body.api_key, body.form)


def is_own(url: str, base_url: str) -> bool:
    """Say whether an address is this city's own."""
    one, other = urlsplit(url), urlsplit(base_url)
    return _place(one.hostname, one.port, one.scheme) == _place(
        other.hostname, other.port, other.scheme
    )


def _place(host: str | None, port: int | None, scheme: str) -> tuple[str, int]:
    return (host or "").rstrip(".").lower(), port or (443 if scheme == "https" else 80)


def bodies(session: Session) -> list[BodyRow]:
    """Return every body by name, with its rules and what is on its way to it."""
    rows = session.scalars(select(OutsideBody).order_by(OutsideBody.name, OutsideBody.id)).all()
    rules: dict[UUID, list[RuleRow]] = {}
    for rule in session.scalars(select(OutsideRule).order_by(OutsideRule.category, OutsideRule.id)):
        rules.setdefault(rule.body_id, []).append(_rule(rule))
    counts = _counts(session)
    return [_body(row, rules.get(row.id, []), counts) for row in rows]


def _counts(session: Session) -> dict[tuple[UUID, str], int]:
    counted = session.execute(
        select(Forwarding.body_id, Forwarding.state, func.count()).group_by(
            Forwarding.body_id, Forwarding.state
        )
    )
    return {(body_id, state): count for body_id, state, count in counted}


def _body(row: OutsideBody, rules: list[RuleRow], counts: dict[tuple[UUID, str], int]) -> BodyRow:
    return BodyRow(
        id=str(row.id),
        name=row.name,
        url=row.url,
        jurisdiction_id=row.jurisdiction_id,
        has_key=bool(row.api_key),
        wants_contact=row.wants_contact,
        body_id=row.body_id,
        paused_at=row.paused_at,
        well_at=row.well_at,
        trouble=row.trouble or "",
        trouble_at=row.trouble_at,
        waiting=sum(counts.get((row.id, state), 0) for state in WAITING),
        followed=counts.get((row.id, "followed"), 0),
        rules=rules,
    )


def _rule(rule: OutsideRule) -> RuleRow:
    edges = (rule.south, rule.west, rule.north, rule.east)
    box = "" if rule.west is None else ",".join(f"{edge:g}" for edge in edges if edge is not None)
    return RuleRow(str(rule.id), rule.category, rule.service_code, box)
