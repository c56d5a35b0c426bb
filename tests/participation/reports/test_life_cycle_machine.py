"""Whatever people and staff do to reports in whatever order, what is stored of them agrees."""

import shutil
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from participation.accounts import actions as accounts
from participation.reports.clusters import age_clusters, rebuild_clusters
from participation.reports.history.models import HistoryStep
from participation.reports.history.queries import heads, steps_after
from participation.reports.models import REPORT_CLUSTER, Report, ReportEntry, ReportFollow
from participation.reports.rules import ENDED, PUBLIC, Status, shelf_of
from services.db import make_engine, unit_of_work
from services.maps import morton
from services.maps.clusters import COARSEST, FINEST
from static.history import verify
from tests.participation.reports.history.publication import plain
from tests.participation.reports.lives import START, Lives


class AgreeingLives(Lives):
    """Lives after each of whose acts all that is stored agrees with their stories."""

    @invariant()
    def the_row_is_as_the_story_says(self) -> None:
        for report in self._rows():
            assert report.status == self._now(report.id)
            assert report.ended_at == self._settled_at(report.id)

    def _settled_at(self, report_id: UUID) -> datetime | None:
        """When it went from waiting to settled, as the story tells it."""
        since = None
        for at, status in self.stories[report_id]:
            since = (since or at) if status in ENDED else None
        return since

    @invariant()
    def the_stored_story_and_its_chain_end_where_the_report_is(self) -> None:
        entry, step = ReportEntry, HistoryStep
        told = select(entry.report_id, entry.status).where(entry.status.is_not(None), entry.public)
        chained = select(step.report_id, step.status).where(step.status.is_not(None))
        ends = {one: story[-1][1].value for one, story in self.stories.items() if story}
        for query in (
            told.where(entry.status.is_not(None)),
            chained.where(step.status.is_not(None)),
        ):
            assert {row[0]: row[1] for row in self.session.execute(query)} == ends

    @invariant()
    def the_script_that_everyone_can_run_finds_nothing(self) -> None:
        self.session.expire_all()
        pages = [plain(steps_after(self.session, 0))]
        assert verify.check(([], pages, plain(heads(self.session))))[0] == []

    @invariant()
    def followers_are_as_many_as_their_rows(self) -> None:
        query = select(ReportFollow.report_id, func.count()).group_by(ReportFollow.report_id)
        counted = {row[0]: row[1] for row in self.session.execute(query)}
        assert {r.id: r.followers for r in self._rows() if r.followers} == counted

    @invariant()
    def clusters_count_what_the_map_shows_where_it_belongs(self) -> None:
        seen: Counter[tuple[int, int, int, str]] = Counter()
        for report in self._rows():
            cell = morton(report.lon, report.lat)
            assert report.cell == cell
            status, merged = Status(report.status), report.id in self.merged
            assert (report.shelf > 0) == (status in PUBLIC and not merged)
            if report.shelf:
                assert (report.shelf in (3, 4)) == (status in ENDED)
            for zoom in range(COARSEST, FINEST + 1):
                shift = 2 * (26 - zoom - 2)
                seen[zoom, cell >> shift, report.shelf, report.category] += report.shelf > 0
        assert self._counted() == dict(+seen)

    def _counted(self) -> dict[tuple[Any, ...], int]:
        c = REPORT_CLUSTER.c
        rows = self.session.execute(
            select(c.zoom, c.cell, c.shelf, c.category, c.n).where(c.n != 0)
        )
        return {tuple(row[:4]): row.n for row in rows}

    @rule(days=st.sampled_from([1, 29, 31]))
    def days_pass(self, days: int) -> None:
        self.at += timedelta(days=days)
        age_clusters(self.session, self.at)
        self.session.commit()
        for report in self._rows():
            merged = report.merged_into is not None
            life = (Status(report.status), report.opened_at, report.ended_at)
            assert report.shelf == shelf_of(*life, merged=merged, at=self.at)

    @rule()
    def count_all_anew(self) -> None:
        before = self._counted()
        shown = rebuild_clusters(self.session, self.at)
        self.session.commit()
        assert shown == sum(r.shelf > 0 for r in self._rows())
        age_clusters(self.session, self.at)
        assert self._ageless(self._counted()) == self._ageless(before)

    def _ageless(self, counted: dict[tuple[Any, ...], int]) -> Counter[tuple[Any, ...]]:
        """Return counts without their age: what grew old meanwhile moves with any step."""
        found: Counter[tuple[Any, ...]] = Counter()
        for (zoom, cell, shelf, category), n in counted.items():
            found[zoom, cell, shelf > 2, category] += n
        return found

    def _rows(self) -> list[Report]:
        self.session.expire_all()
        return list(self.session.scalars(select(Report)))


def test_every_life_agrees_with_its_table(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "lives.db"
    shutil.copy(migrated_file, path)
    engine = make_engine(f"sqlite:///{path}")
    with unit_of_work(engine) as session:
        accounts.ensure_cast(session, START)
    with engine.connect() as connection:
        machine = type("TheseLives", (AgreeingLives,), {"connection": connection})
        run_state_machine_as_test(
            machine, settings=settings(max_examples=50, stateful_step_count=25, deadline=None)
        )
    engine.dispose()
