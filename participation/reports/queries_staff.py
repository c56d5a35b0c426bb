"""What staff read of a report: the case, what is the same, the people it can go to."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, case, select

from participation.accounts import directory
from participation.reports import queries
from participation.reports.access import may_handle, may_join
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.queries import KeptOriginal, kept_of, waiting_of
from participation.reports.promises.rules import RAISED
from participation.reports.queries_family import can_be_part, joining_of, takes_in, takes_parts
from participation.reports.queries_map import Sight, cards_in
from participation.reports.rough import exact_of
from participation.reports.routing.models import RoutingRule
from participation.reports.routing.queries import handled_by
from participation.reports.rules import (
    CONFIRMED,
    DISPUTED,
    PARTED,
    MapState,
    Status,
    answers_to,
)
from services.auth import Actor
from services.db import Session
from services.ids import parse_id

# Of so many nearby, so many are offered.
MOST_NEAR, FEW = 50, 5
NUMBER = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.I)


class Note(msgspec.Struct, frozen=True):
    at: datetime
    who: str
    text: str
    kind: str


class Words(msgspec.Struct, frozen=True):
    """What a resident said of a settling, in public."""

    id: str
    at: datetime
    text: str


class CasePage(msgspec.Struct, frozen=True):
    report: queries.ReportPage
    notes: list[Note]
    told_by_someone: bool
    moves: list[str]
    joins: bool
    unmerges: bool
    duplicates: list[queries.ReportCard]
    partable: list[queries.ReportCard]
    assignee_id: str | None
    originals: dict[int, KeptOriginal] = {}
    unlooked: list[queries.Photo] = []
    words: list[Words] = []


def case_of(session: Session, actor: Actor, report: Report, at: datetime) -> CasePage:
    """Return one case as staff see it: with the answer to its question, and where it really is."""
    joins, near = may_join(report), _near(session, report)
    ways = answers_to(Status(report.status), joined=report.merged_into is not None)
    shown = replace(queries.page_of(session, actor, report, at), answer=report.answer)
    if (exact := exact_of(session, report)) is not None:
        shown = replace(shown, lat=exact.lat, lon=exact.lon, place=exact.place)
    return CasePage(
        report=shown,
        notes=_notes(session, report.id),
        told_by_someone=report.reporter_id is not None,
        moves=[status.value for status in ways],
        joins=joins,
        unmerges=_unmerges(session, actor, report),
        duplicates=_those(session, actor, near, takes_in(report)) if joins else [],
        partable=_parts(session, actor, report, near),
        assignee_id=str(report.assignee_id) if report.assignee_id else None,
        originals=kept_of(session, report.id, at),
        unlooked=[
            queries.photo_of(name) for name in waiting_of(session, [report.id]).get(report.id, [])
        ],
        words=_words(session, report.id),
    )


def raised(session: Session, report_id: UUID) -> ReportEntry | None:
    """Return the step by which a report was raised last."""
    return _last_of(session, report_id, RAISED.values())


def parted(session: Session, report_id: UUID) -> ReportEntry | None:
    """Return the step by which a report was parted last from the one it was joined into."""
    return _last_of(session, report_id, [PARTED])


def _last_of(session: Session, report_id: UUID, kinds: Iterable[str]) -> ReportEntry | None:
    steps = select(ReportEntry).where(
        ReportEntry.report_id == report_id, ReportEntry.kind.in_(kinds)
    )
    return session.scalar(steps.order_by(ReportEntry.at.desc()).limit(1))


def hands_of(session: Session, report: Report) -> list[UUID]:
    """Return on whose desk a report is: its officer, else its team's, else all's who may handle it.

    Who left the team, or is bound to something else since, has no desk it could be on. Where those
    whose work is bound are all bound to something else, it is on the operators'.
    """
    able = [one for one in directory.desks(session) if may_handle(session, one, report)]
    staff = [one.id for one in able if one.id and one.roles.intersection(directory.STAFF)]
    if report.assignee_id in staff:
        return [report.assignee_id]
    named = set(
        session.scalars(select(RoutingRule.person_id).where(RoutingRule.team_id == report.team_id))
    )
    own = sorted(one for one in staff if one in named)
    return own or staff or [one.id for one in able if one.id]


def _notes(session: Session, report_id: UUID) -> list[Note]:
    rows = session.scalars(
        select(ReportEntry)
        .where(
            ReportEntry.report_id == report_id, ~ReportEntry.public, ReportEntry.kind != "opened"
        )
        .order_by(ReportEntry.at)
    ).all()
    # A resident's words beside a case are theirs who told of it: the name is asked for, on record.
    staff = {r.actor_id for r in rows if r.actor_id and r.role == "staff"}
    names = directory.names_of(session, staff)
    return [
        Note(r.at, names.get(r.actor_id, "") if r.actor_id else "", r.text, r.kind) for r in rows
    ]


def _words(session: Session, report_id: UUID) -> list[Words]:
    """Return what residents said of a settling and everyone reads, oldest first."""
    row = ReportEntry
    said = select(row.id, row.at, row.text).where(row.report_id == report_id, row.public)
    said = said.where(row.kind.in_((CONFIRMED, DISPUTED)), row.text != "")
    asked = session.execute(said.order_by(row.at, row.id))
    return [Words(str(key), at, text) for key, at, text in asked]


def titles_of(session: Session, actor: Actor, ids: Sequence[str]) -> dict[str, str]:
    """Return the titles of the reports among `ids` that the actor handles, by id."""
    keys = [key for key in map(parse_id, ids) if key is not None]
    asked = select(Report.id, Report.title).where(Report.id.in_(keys), handled_by(actor))
    return {str(row.id): row.title for row in session.execute(asked)}


class Same(msgspec.Struct, frozen=True):
    """What words found of reports that another one can be joined into."""

    words: str
    found: list[queries.ReportCard]


def same_as(session: Session, actor: Actor, report: Report, words: str) -> Same:
    """Return the public reports that wait, by their words, their address or their number.

    Those the actor handles alone; those of the same kind come first, then the newest.
    """
    key = NUMBER.search(words)
    row = queries.C
    asked = select(*queries.CARD).where(takes_in(report))
    named = row.id == parse_id(key[0]) if key else queries.said_in(words)
    alike = case((row.category == report.category, 0), else_=1)
    mine = asked.where(named, handled_by(actor))
    found = mine.order_by(alike, row.opened_at.desc(), row.id)
    return Same(words, [queries.card_of(one) for one in session.execute(found.limit(10))])


def _unmerges(session: Session, actor: Actor, report: Report) -> bool:
    """Say whether the actor may let a report that was joined go on by itself again."""
    if report.merged_into is None or not joining_of(session, report):
        return False
    return may_handle(session, actor, session.get_one(Report, report.merged_into))


def _near(session: Session, report: Report) -> list[queries.ReportCard]:
    """Return live reports of the same kind within about 50 metres."""
    lat, lon = 0.00045, 0.00055
    box = (report.lon - lon, report.lat - lat, report.lon + lon, report.lat + lat)
    alike = Sight(category=report.category, state=MapState.OPEN)
    return [c for c in cards_in(session, box, alike, MOST_NEAR) if c.id != str(report.id)]


def _parts(
    session: Session, actor: Actor, report: Report, near: list[queries.ReportCard]
) -> list[queries.ReportCard]:
    """Return which reports nearby can be made parts of this one."""
    fits = can_be_part(report)
    return _those(session, actor, near, fits) if takes_parts(session, report) else []


def _those(
    session: Session, actor: Actor, cards: list[queries.ReportCard], fit: ColumnElement[bool]
) -> list[queries.ReportCard]:
    """Return the first five of `cards` that the actor handles and that `fit`."""
    if not cards:
        return []
    of_these = Report.id.in_([UUID(card.id) for card in cards])
    mine = set(session.scalars(select(Report.id).where(of_these, handled_by(actor), fit)))
    return [card for card in cards if UUID(card.id) in mine][:FEW]
