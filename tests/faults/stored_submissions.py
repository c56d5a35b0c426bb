"""What the database holds of the submissions of a run."""

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from services.db import make_engine
from tests.faults.phones import PREFIX


class Stored(NamedTuple):
    """What the database holds of a run: the report of each key, and what hangs on each once."""

    reports: dict[str, list[str]]
    openings: int
    follows: int
    published: int
    on_the_map: int
    with_photo: set[str]

    def named(self) -> dict[str, list[str]]:
        """Return the ids of each key's reports as addresses write them."""
        return {key: [str(UUID(one)) for one in ids] for key, ids in self.reports.items()}

    def once(self) -> list[int]:
        """Return how many openings, follows, events and places on the map there are."""
        return [self.openings, self.follows, self.published, self.on_the_map]


OURS = f"SELECT {{}} FROM report WHERE idempotency_key LIKE '{PREFIX}%'"
THEIRS = OURS.format("id")
ONCE = (
    f"SELECT count(*) FROM report_entry WHERE kind = 'opened' AND report_id IN ({THEIRS})",
    f"SELECT count(*) FROM report_follow WHERE report_id IN ({THEIRS})",
    "SELECT count(*) FROM outbox_event WHERE kind = 'reports.report_opened'",
    "SELECT sum(n) FROM report_cluster WHERE zoom = 12",
)


def stored(database_url: str) -> Stored:
    """Return what is stored of the submissions of all phones."""
    engine = make_engine(database_url)
    reports: dict[str, list[str]] = {}
    with_photo: set[str] = set()
    with engine.connect() as connection:
        columns = OURS.format("idempotency_key, id, photo_hash")
        for key, report_id, photo in connection.execute(sa.text(columns)):
            reports.setdefault(str(key), []).append(str(report_id).replace("-", ""))
            if photo:
                with_photo.add(str(key))
        counts = [int(connection.execute(sa.text(one)).scalar_one() or 0) for one in ONCE]
    engine.dispose()
    return Stored(reports, *counts, with_photo)
