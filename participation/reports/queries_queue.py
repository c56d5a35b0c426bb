"""The queue of the console: saved views, kinds of report, page after page."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec.structs import asdict, replace
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
)

from participation.accounts import directory
from participation.reports.models import LIVE, ExactPlace, Report
from participation.reports.photos.models import UnlookedPhoto
from participation.reports.photos.queries import WAITS, waiting_of
from participation.reports.queries_news import versions_of
from participation.reports.routing.queries import handled_by
from participation.reports.rules import ENDED, GRAVEST, ROUGH, Category, Status, late
from services.auth import Actor
from services.db import Session
from services.ids import parse_id

LENGTH = 100
# A view is counted so far; of more, that they are more says enough.
COUNTED = 1000
VIEWS = {
    "live": "All that wait",
    "new": "New",
    "late": "Late",
    "mine": "Mine",
    "photos": "Photos to check",
    "ended": "Settled",
}
# Written out and not bound: only so both databases see that the index of what waits has it all.
_LIVE: BindParameter[list[str]] = bindparam("live", LIVE, expanding=True, literal_execute=True)
WAITING = Report.status.in_(_LIVE)
# What was turned down nobody sees but its reporter and the team: its photos may wait for ever.
UNLOOKED = (Report.status != Status.REJECTED.value) & Report.id.in_(
    select(UnlookedPhoto.report_id).where(WAITS)
)


class Sought(msgspec.Struct, frozen=True):
    """What the queue is narrowed to: a view, a kind or all, what comes after a report's id."""

    view: str = "live"
    kind: str = ""
    after: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Sought":
        """Return what an address asks for; what it does not know is the default."""
        view, kind = args.get("view", ""), args.get("kind", "")
        after = parse_id(args.get("after", ""))
        return cls(
            view=view if view in VIEWS else "live",
            kind=kind if kind in set(Category) else "",
            after=str(after) if after else "",
        )

    def query(self, **changes: str) -> str:
        """Return it with these changes as the query of an address, "" for the whole queue."""
        told = replace(self, **changes).told()
        return f"?{urlencode(told)}" if told else ""

    def told(self) -> dict[str, str]:
        """Return what is other than the default."""
        return {name: text for name, text in asdict(self).items() if text != DEFAULTS[name]}


DEFAULTS: dict[str, str] = asdict(Sought())


class QueueRow(msgspec.Struct, frozen=True):
    """A row of the queue; `version` says how its report stood when it was read, `unlooked` how many
    of its photos nobody has looked over yet. `place` is where it was told, as its case has it."""

    id: str
    version: str
    title: str
    category: str
    status: str
    opened_at: datetime
    severity: int
    late: bool
    assignee: str | None
    thumb_url: str | None
    followers: int
    place: str
    unlooked: int = 0


class Queue(msgspec.Struct, frozen=True):
    """A page of the queue; `after` is where the next one goes on, None at the end."""

    rows: list[QueueRow]
    after: str | None


class SavedView(msgspec.Struct, frozen=True):
    """`count` is None where counting would read too much."""

    key: str
    label: str
    count: int | None
    selected: bool
    more: bool = False


def queue(session: Session, actor: Actor, sought: Sought, at: datetime) -> Queue:
    """Return a page of a view: of what waits the gravest first, then the oldest; what is settled
    by when it was opened, the newest first."""
    rows: list[Report] = []
    for run in runs(session, actor, sought, at):
        rows += session.scalars(run.limit(LENGTH + 1 - len(rows)))
        if len(rows) > LENGTH:
            break
    names = directory.names_of(session, {r.assignee_id for r in rows if r.assignee_id})
    versions = versions_of(session, rows[:LENGTH])
    ids = [r.id for r in rows[:LENGTH]]
    unlooked, exact = waiting_of(session, ids), _exact(session, rows[:LENGTH])
    shown = [
        replace(
            _row(r, versions[r.id], names, at),
            unlooked=len(unlooked.get(r.id, ())),
            place=exact.get(r.id, r.place),
        )
        for r in rows[:LENGTH]
    ]
    return Queue(shown, shown[-1].id if len(rows) > LENGTH else None)


def runs(session: Session, actor: Actor, sought: Sought, at: datetime) -> Iterator[Select[Any]]:
    """Yield the statements that give a page's rows one after the other, each off its index."""
    last = session.get(Report, UUID(sought.after)) if sought.after else None
    asked = select(Report).where(_kind(sought.kind), handled_by(actor))
    if sought.view == "ended":
        # Negated, not named: so the newest are read off their index and not sorted.
        asked = asked.where(~WAITING).order_by(Report.opened_at.desc(), Report.id.desc())
        yield asked.where(_older(last)) if last else asked
        return
    asked = asked.where(_narrow(sought.view, actor, at)).order_by(Report.opened_at, Report.id)
    for severity in range(last.severity if last else GRAVEST, 0, -1):
        run = asked.where(Report.severity == severity)
        yield run.where(_newer(last)) if last and severity == last.severity else run


def _older(last: Report) -> ColumnElement[bool]:
    same = and_(Report.opened_at == last.opened_at, Report.id < last.id)
    return and_(Report.opened_at <= last.opened_at, or_(Report.opened_at < last.opened_at, same))


def _newer(last: Report) -> ColumnElement[bool]:
    same = and_(Report.opened_at == last.opened_at, Report.id > last.id)
    return and_(Report.opened_at >= last.opened_at, or_(Report.opened_at > last.opened_at, same))


def _row(r: Report, version: str, names: dict[UUID, str], at: datetime) -> QueueRow:
    return QueueRow(
        id=str(r.id),
        version=version,
        title=r.title,
        category=r.category,
        status=r.status,
        opened_at=r.opened_at,
        severity=r.severity,
        late=late(Status(r.status), r.due_at, at),
        assignee=names.get(r.assignee_id) if r.assignee_id else None,
        thumb_url=f"/media/{r.photo_hash}/small.webp" if r.photo_hash else None,
        followers=r.followers,
        place=r.place,
    )


def _exact(session: Session, rows: Iterable[Report]) -> dict[UUID, str]:
    """Return where those were told whose kind others see roughly: who handles them sees it."""
    rough = [r.id for r in rows if Category(r.category) in ROUGH]
    if not rough:
        return {}
    asked = select(ExactPlace.report_id, ExactPlace.place).where(ExactPlace.report_id.in_(rough))
    return {row.report_id: row.place for row in session.execute(asked)}


def _kind(kind: str) -> ColumnElement[bool]:
    return Report.category == kind if kind else true()


def _narrow(view: str, actor: Actor, at: datetime) -> ColumnElement[bool]:
    if view == "new":
        return WAITING & (Report.status == Status.OPEN.value)
    if view == "late":
        return WAITING & (Report.due_at < at)
    if view == "mine":
        return WAITING & (Report.assignee_id == actor.id)
    if view == "photos":
        return UNLOOKED
    # Named, not negated: so each view is counted off the index of states.
    return Report.status.in_(tuple(s.value for s in ENDED)) if view == "ended" else WAITING


def views(session: Session, actor: Actor, sought: Sought, at: datetime) -> list[SavedView]:
    """Return the saved views with how many cases of the kind each holds, up to COUNTED."""
    counts = session.execute(counting(actor, sought.kind, at)).one()
    found = []
    for (key, label), n in zip(VIEWS.items(), counts, strict=True):
        # What is settled grows for ever: of one kind it is counted by nobody.
        known = None if sought.kind and key == "ended" else min(n, COUNTED)
        more = known is not None and n > COUNTED
        found.append(SavedView(key, label, known, key == sought.view, more=more))
    return found


def counting(
    actor: Actor, kind: str, at: datetime, views: Iterable[str] = tuple(VIEWS)
) -> Select[Any]:
    """Return one statement that counts each view for itself, and stops at one beyond COUNTED."""
    counts = []
    for view in views:
        wanted = _kind("" if view == "ended" else kind)
        some = select(Report.id).where(_narrow(view, actor, at), wanted, handled_by(actor))
        counted = some.limit(COUNTED + 1).subquery()
        counts.append(select(func.count()).select_from(counted).scalar_subquery())
    return select(*counts)
