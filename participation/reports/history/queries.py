"""What is published of the chain: what the pages show, beside the digests that prove it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from participation.reports.history.chain import NONE, Head, city_head
from participation.reports.history.models import HistoryCheck, HistoryHead, HistoryLate, HistoryStep
from participation.reports.history.reading import STANDING, TOLD_AT, WAITING, with_standing
from participation.reports.history.rules import (
    FIRST,
    FORMAT,
    FORMATS,
    NEWEST,
    OPENED,
    SEALED,
    Stands,
    commitment,
    moment,
    moment_or_none,
    seal_of,
    words_of,
)
from participation.reports.models import Report, ReportEntry
from services.db import Session

PAGE = 1000


class Shown(msgspec.Struct, frozen=True):
    """What a page shows of a step."""

    report: str
    at: str
    kind: str
    status: str | None
    role: str


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step as it is published. `salt` and `text` only with a report's own history.

    `text` without `salt` is not proven; neither of them: the words were taken off for good.
    `shown` stands only where a page shows something else than was chained. `category`, `due`,
    `promised`, `merged_into` and `team` are what it seals of its report (rules.Seal); those that
    its format seals.
    """

    format: str
    seq: int
    report: str
    position: int
    at: str
    kind: str
    status: str | None
    role: str
    of: int | None
    commitment: str
    before: str
    city_before: str
    digest: str
    category: str | msgspec.UnsetType | None = msgspec.UNSET
    due: str | msgspec.UnsetType | None = msgspec.UNSET
    promised: str | msgspec.UnsetType | None = msgspec.UNSET
    merged_into: str | msgspec.UnsetType | None = msgspec.UNSET
    team: str | msgspec.UnsetType | None = msgspec.UNSET
    salt: str | msgspec.UnsetType | None = msgspec.UNSET
    text: str | msgspec.UnsetType | None = msgspec.UNSET
    shown: Shown | msgspec.UnsetType = msgspec.UNSET


class State(msgspec.Struct, frozen=True):
    """What pages show and numbers count of a report besides its steps.

    `opened_at` is None of a report of which nothing was ever public, turned down unseen; `category`
    and what follows as in rules.Seal.
    """

    status: str
    opened_at: str | None
    ended_at: str | None
    category: str | None
    due: str | None
    promised: str | None
    merged_into: str | None
    team: str | None


class DayHead(msgspec.Struct, frozen=True):
    """Where the city's chain stood when a day (UTC) began."""

    day: str
    at: str
    count: int
    digest: str


class Story(msgspec.Struct, frozen=True):
    """A report's history; `unchained` counts shown steps that stand in no chain.

    `state` is what its page shows; None where the report itself is gone.
    """

    format: str
    report: str
    steps: list[Step]
    unchained: int
    head: Head
    city: Head
    state: State


class Steps(msgspec.Struct, frozen=True):
    """A thousand steps of the whole city; `next` is the `after` of the following page.

    `states` is what pages show of the reports whose newest step is among them, None of one that
    is gone.
    """

    format: str
    steps: list[Step]
    next: int | None
    states: dict[str, State | None]


class Heads(msgspec.Struct, frozen=True):
    """The city's head now and at the beginning of each day, oldest first.

    `unchained` counts shown steps that stood in no chain at `checked_at`; None: not looked yet.
    """

    format: str
    head: Head
    days: list[DayHead]
    checked_at: str | None
    unchained: int


CityBefore, Before = aliased(HistoryStep), aliased(HistoryStep)
# Each step beside the entry that pages show, so that a change of either is found.
BOTH = (
    select(HistoryStep, ReportEntry, CityBefore.digest, Before.digest)
    .outerjoin(
        ReportEntry,
        and_(ReportEntry.id == HistoryStep.entry_id, ReportEntry.public, HistoryStep.of.is_(None)),
    )
    .outerjoin(CityBefore, CityBefore.seq == HistoryStep.seq - 1)
    .outerjoin(
        Before,
        and_(
            Before.report_id == HistoryStep.report_id, Before.position == HistoryStep.position - 1
        ),
    )
)
# What `_state` asks for of a report.
STATE = (TOLD_AT, Report.ended_at, *STANDING)


def story_of(session: Session, report: Report) -> Story:
    """Return the history of a report, with the words of each step and what proves them."""
    mine = BOTH.where(HistoryStep.report_id == report.id).order_by(HistoryStep.position)
    steps = [
        _step(link, entry, city, before, words=words_of(report.title, report.text))
        for link, entry, city, before in session.execute(mine)
    ]
    last = Head(steps[-1].position, steps[-1].digest) if steps else NONE
    waiting = WAITING.where(ReportEntry.report_id == report.id).order_by(None).subquery()
    loose = session.scalar(select(func.count()).select_from(waiting)) or 0
    now = with_standing(select(*STATE).select_from(Report)).where(Report.id == report.id)
    state = _state(*session.execute(now).one())
    return Story(FORMAT, str(report.id), steps, loose, last, city_head(session), state)


def steps_after(session: Session, after: int) -> Steps:
    """Return the city's steps that follow the `after`-th, without anybody's words."""
    rows = BOTH.where(HistoryStep.seq > after).order_by(HistoryStep.seq).limit(PAGE + 1)
    steps = [
        _step(link, entry, city, before) for link, entry, city, before in session.execute(rows)
    ]
    following = steps[PAGE - 1].seq if len(steps) > PAGE else None
    return Steps(FORMAT, steps[:PAGE], following, _states(session, steps[:PAGE]))


def heads(session: Session) -> Heads:
    """Return the city's head now and those of the days before."""
    rows = session.scalars(select(HistoryHead).order_by(HistoryHead.day))
    days = [DayHead(row.day, moment(row.at), row.count, row.digest) for row in rows]
    check = session.get(HistoryCheck, 1)
    checked_at, loose = (moment(check.at), check.unchained) if check else (None, 0)
    return Heads(FORMAT, city_head(session), days, checked_at, loose)


def unchained(session: Session) -> int:
    """Return how many shown steps stand in no chain, but for those that are yet to join it."""
    late = select(HistoryLate.entry_id)
    loose = WAITING.where(ReportEntry.id.not_in(late)).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(loose)) or 0


def _states(session: Session, steps: list[Step]) -> dict[str, State | None]:
    """Return what pages show of the reports whose newest step is among `steps`."""
    if not steps:
        return {}
    later = aliased(HistoryStep)
    newest = (
        with_standing(
            select(HistoryStep.report_id, *STATE)
            .select_from(HistoryStep)
            .outerjoin(Report, Report.id == HistoryStep.report_id)
        )
        .outerjoin(
            later,
            and_(later.report_id == HistoryStep.report_id, later.position > HistoryStep.position),
        )
        .where(HistoryStep.seq.between(steps[0].seq, steps[-1].seq), later.seq.is_(None))
    )
    rows = session.execute(newest)
    return {str(row.report_id): _state(*row[1:]) if row.stands else None for row in rows}


def _state(opened_at: datetime | None, ended_at: datetime | None, *columns: Any) -> State:
    stands, told = Stands(*columns), moment_or_none(opened_at)
    return State(stands.status, told, moment_or_none(ended_at), *seal_of(stands))


def head_of(session: Session, report_id: UUID) -> Head:
    """Return how long a report's chain is and its newest digest."""
    mine = select(HistoryStep.position, HistoryStep.digest).where(
        HistoryStep.report_id == report_id
    )
    row = session.execute(mine.order_by(HistoryStep.position.desc()).limit(1)).first()
    return Head(row.position, row.digest) if row else NONE


def _step(
    link: HistoryStep,
    entry: ReportEntry | None,
    city_before: str | None,
    before: str | None,
    words: str | None = None,
) -> Step:
    chained = _shown(link)
    shown = _shown(entry) if entry else chained
    return Step(
        format=FORMATS.get(link.format, ""),
        seq=link.seq,
        report=chained.report,
        position=link.position,
        at=chained.at,
        kind=link.kind,
        status=link.status,
        role=link.role,
        of=link.of,
        commitment=link.commitment,
        before=before or FIRST,
        city_before=city_before or FIRST,
        digest=link.digest,
        salt=msgspec.UNSET if words is None else link.salt,
        text=msgspec.UNSET if words is None else _words(link, entry, words),
        shown=msgspec.UNSET if shown == chained else shown,
        **_seal(link),
    )


def _seal(link: HistoryStep) -> dict[str, str | None]:
    """Return what a step seals of its report; a form that is none hides nothing."""
    names = SEALED.get(link.format, SEALED[NEWEST])
    return {name: getattr(link, name) for name in names}


def _shown(one: HistoryStep | ReportEntry) -> Shown:
    return Shown(str(one.report_id), moment(one.at), one.kind, one.status, one.role)


def _words(link: HistoryStep, entry: ReportEntry | None, told: str) -> str | None:
    """Return the words a page shows; None where there is nothing to show and no proof is kept.

    The first step shows what the report was `told` with. Chains begun earlier say nothing of that.
    """
    if entry is not None and link.kind == OPENED and link.salt:
        silent = not entry.text and commitment(link.salt, "") == link.commitment
        return "" if silent else told
    if entry is not None:
        return entry.text if entry.text or link.salt else None
    return "" if link.of is not None and link.salt else None
