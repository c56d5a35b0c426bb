"""The console counts each saved view from an index, and no further than it has to."""

import pytest

from participation.reports import queries_staff
from participation.reports.imports.arrivals import take_in
from services.db import Session
from tests.conftest import AT
from tests.participation.reports.test_map_shows_what_it_says import past
from tests.people import SOYEON


def counts(session: Session) -> dict[str, tuple[int, bool]]:
    return {v.key: (v.count, v.more) for v in queries_staff.views(session, SOYEON, "live", AT)}


def test_a_view_is_counted_up_to_a_bound(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(session, past(60), at=AT)
    whole = counts(session)
    assert whole["live"][0] + whole["ended"][0] == 60
    assert whole["live"][0] > 5 < whole["ended"][0]
    assert not any(more for _, more in whole.values())
    monkeypatch.setattr(queries_staff, "COUNTED", 5)
    bounded = counts(session)
    assert bounded["live"] == bounded["ended"] == (5, True)
    assert bounded["mine"] == whole["mine"] == (0, False)
