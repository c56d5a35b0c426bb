"""The one place where a step joins the story of a report, and where it joins the chain.

The chain is extended at the commit itself, like the audit trail: held earlier, it would make
every writer wait for the slowest one. What a report still lacks in the chain is read from the
database, so that whatever was rolled back was never there.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import SessionTransaction

from participation.reports.history.models import HistoryLate, HistoryStep
from participation.reports.history.reading import (
    STANDING,
    STEP_OF_ENTRY,
    WAITING,
    Fact,
    fact_of,
    with_standing,
)
from participation.reports.history.rules import (
    FIRST,
    NEWEST,
    OPENED,
    WITHDRAWN,
    Link,
    Seal,
    Stands,
    commitment,
    digest,
    moment,
    seal_of,
)
from participation.reports.models import Report, ReportEntry
from participation.reports.stories import STORIES
from services.db import Base, Session
from services.db.savepoints import within

TAKEN_BACK, NEW = "taken_back", "new_stories"
# So many are named in one statement: both databases have a bound.
AT_ONCE = 10_000
_CHAIN_LOCK = 0x6869_7374
ENTRIES, STEPS = (Base.metadata.tables[one.__tablename__] for one in (ReportEntry, HistoryStep))
SAID = Fact._fields[1:7]


class Head(msgspec.Struct, frozen=True):
    """How long a chain is, and its newest digest."""

    count: int
    digest: str


NONE = Head(0, FIRST)


def add_entry(session: Session, entry: ReportEntry) -> ReportEntry:
    """Append a step to its report's story and return it, with its id."""
    session.add(entry)
    session.flush()
    if entry.public:
        session.info.setdefault(STORIES, set()).add(entry.id)
    return entry


def make_public(session: Session, entry: ReportEntry) -> None:
    """Let a step that was kept back join its report's public story now."""
    entry.public = True
    session.flush()
    session.info.setdefault(STORIES, set()).add(entry.id)


def add_stories(
    session: Session,
    rows: Sequence[dict[str, Any]],
    words: Mapping[UUID, str],
    seals: Mapping[UUID, Seal],
) -> None:
    """Append the public steps of new reports, given as the columns of `report_entry`.

    `words` are those a report was told with, as `words_of` has them, and `seals` what its steps
    seal of it, by its id.
    """
    session.connection().execute(ENTRIES.insert(), rows)
    facts = [
        Fact(*[row["id"], *(row[name] for name in SAID), seals[row["report_id"]]]) for row in rows
    ]
    facts = [
        fact._replace(text=words[fact.report_id]) if fact.kind == OPENED else fact for fact in facts
    ]
    inside = session.get_nested_transaction() or session.get_transaction()
    session.info.setdefault(NEW, []).append((inside, facts))


def take_back(session: Session, entry: ReportEntry, status: str, *, at: datetime) -> None:
    """Take a step out of sight; that it was there, and went at `at`, stays in the chain.

    `status` is what the report has again.
    """
    entry.public, entry.kind = False, WITHDRAWN
    gone = session.info.setdefault(TAKEN_BACK, {})
    gone[entry.id] = (entry.report_id, status, entry.role, at)


def withhold(session: Session, entry: ReportEntry) -> None:
    """Take the words of a step off for good; its commitment stays and says nothing of them."""
    entry.text = ""
    session.flush()
    mine = HistoryStep.report_id == entry.report_id, HistoryStep.entry_id == entry.id
    session.execute(update(HistoryStep).where(*mine).values(salt=None))


def chain_late(session: Session, limit: int) -> int:
    """Chain steps from before there was a chain, oldest first; return how many were.

    They were named once, when the chain came to be: what else stands in no chain was put in past
    the application, and stays a finding.
    """
    named = select(HistoryLate.entry_id)
    if session.scalar(named.limit(1)) is None:
        return 0
    _hold_chain(session)
    late = WAITING.where(ReportEntry.id.in_(named)).limit(limit)
    waiting = [fact_of(row) for row in session.execute(late)]
    _append(session, waiting)
    done = [fact.entry_id for fact in waiting]
    session.execute(delete(HistoryLate).where(HistoryLate.entry_id.in_(done)))
    return len(waiting)


def city_head(session: Session) -> Head:
    """Return the length of the city's chain and its newest digest."""
    newest = select(HistoryStep.seq, HistoryStep.digest).order_by(HistoryStep.seq.desc()).limit(1)
    row = session.execute(newest).first()
    return Head(row.seq, row.digest) if row else NONE


@event.listens_for(Session, "before_commit")
def _extend_at_commit(session: Session) -> None:
    if session.in_nested_transaction() or not {STORIES, TAKEN_BACK, NEW} & set(session.info):
        return
    session.flush()
    _hold_chain(session)
    for _, facts in session.info.pop(NEW, []):
        _append(session, facts, {})
    told = list(session.info.pop(STORIES, set()))
    for first in range(0, len(told), AT_ONCE):
        _append(session, _told_and_late(session, told[first : first + AT_ONCE]))
    if gone := session.info.pop(TAKEN_BACK, {}):
        _append(session, list(_withdrawals(session, gone)))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    """New stories go with their savepoint; of the others the database itself knows what is left.

    A flush that failed is told as well: what surrounds it is undone next, and only then told.
    """
    new = session.info.pop(NEW, [])
    if undone.parent is not None:
        session.info[NEW] = [one for one in new if not within(one[0], undone)]
    else:
        session.info.pop(STORIES, None)
        session.info.pop(TAKEN_BACK, None)


def _told_and_late(session: Session, entries: Sequence[UUID]) -> list[Fact]:
    """Return what was just told, after what of its story is from before the chain."""
    late = _late_of(session, entries)
    rows = session.execute(WAITING.where(ReportEntry.id.in_([*entries, *late])))
    facts = [fact_of(row) for row in rows]
    if late:
        session.execute(delete(HistoryLate).where(HistoryLate.entry_id.in_(late)))
    return facts


def _late_of(session: Session, entries: Sequence[UUID]) -> list[UUID]:
    """Return the steps of the same stories that are from before the chain.

    Asked by themselves: beside an "or" PostgreSQL reads every step of the city, and all writers
    wait for it.
    """
    if session.scalar(select(HistoryLate.entry_id).limit(1)) is None:
        return []
    theirs = select(ReportEntry.report_id).where(ReportEntry.id.in_(entries))
    older = select(ReportEntry.id).join(HistoryLate, HistoryLate.entry_id == ReportEntry.id)
    return list(session.scalars(older.where(ReportEntry.report_id.in_(theirs))))


def _withdrawals(session: Session, gone: dict[UUID, Any]) -> Iterable[Fact]:
    """Return a step for each that was taken back, and let its words go with their salt."""
    rows = session.execute(
        with_standing(
            select(HistoryStep.entry_id, HistoryStep.position, *STANDING)
            .join(ReportEntry, STEP_OF_ENTRY)
            .join(Report, Report.id == ReportEntry.report_id)
        ).where(ReportEntry.id.in_(gone), ReportEntry.kind == WITHDRAWN)
    ).all()
    # In the order they were taken back: what a later one seals, the first of them has changed.
    turn = {entry_id: number for number, entry_id in enumerate(gone)}
    for entry_id, position, *columns in sorted(rows, key=lambda row: turn[row.entry_id]):
        report_id, status, role, at = gone[entry_id]
        seal = seal_of(Stands(*columns))
        yield Fact(entry_id, report_id, at, WITHDRAWN, status, role, "", seal, position)
        mine = HistoryStep.report_id == report_id, HistoryStep.entry_id == entry_id
        session.execute(update(HistoryStep).where(*mine).values(salt=None))


def _append(session: Session, facts: Sequence[Fact], heads: dict[UUID, Head] | None = None) -> None:
    """Chain the facts upon what the city and their reports have; `heads` are those of reports."""
    if not facts:
        return
    city = city_head(session)
    if heads is None:
        heads = _heads_of(session, {fact.report_id for fact in facts})
    rows = []
    for fact in facts:
        row = _linked(fact, city, heads.get(fact.report_id, NONE))
        city = Head(row["seq"], row["digest"])
        heads[fact.report_id] = Head(row["position"], row["digest"])
        rows.append(row)
    session.connection().execute(STEPS.insert(), rows)


def _linked(fact: Fact, city: Head, story: Head) -> dict[str, Any]:
    salt = secrets.token_hex(16)
    link = Link(
        seq=city.count + 1,
        report=str(fact.report_id),
        position=story.count + 1,
        at=moment(fact.at),
        kind=fact.kind,
        status=fact.status,
        role=fact.role,
        of=fact.of,
        commitment=commitment(salt, fact.text),
        **fact.seal._asdict(),
        before=story.digest,
        city_before=city.digest,
    )
    own = {"report_id": fact.report_id, "entry_id": fact.entry_id, "at": fact.at}
    told = msgspec.structs.asdict(link)
    for derived in ("report", "before", "city_before"):
        del told[derived]
    return told | own | {"salt": salt, "digest": digest(link), "format": NEWEST}


def _heads_of(session: Session, reports: Iterable[UUID]) -> dict[UUID, Head]:
    rows = session.execute(
        select(HistoryStep.report_id, HistoryStep.position, HistoryStep.digest)
        .where(HistoryStep.report_id.in_(list(reports)))
        .order_by(HistoryStep.position)
    )
    return {row.report_id: Head(row.position, row.digest) for row in rows}


def _hold_chain(session: Session) -> None:
    """Let one writer at a time extend the chain; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})")
