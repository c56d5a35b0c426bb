"""The console counts each saved view from an index, and no further than it has to."""

import pytest

from participation.reports import queries_queue
from participation.reports.imports.arrivals import take_in
from services.db import Session
from tests.conftest import AT
from tests.participation.reports.test_map_shows_what_it_says import past
from tests.people import SOYEON


def counts(session: Session, kind: str = "") -> dict[str, tuple[int | None, bool]]:
    found = queries_queue.views(session, SOYEON, queries_queue.Sought(kind=kind), AT)
    return {view.key: (view.count, view.more) for view in found}


def test_a_view_is_counted_up_to_a_bound(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(session, past(60), at=AT)
    whole = counts(session)
    assert whole["live"][0] + whole["ended"][0] == 60
    assert whole["live"][0] > 5 < whole["ended"][0]
    assert not any(more for _, more in whole.values())
    monkeypatch.setattr(queries_queue, "COUNTED", 5)
    bounded = counts(session)
    assert bounded["live"] == bounded["ended"] == (5, True)
    assert bounded["mine"] == whole["mine"] == (0, False)
