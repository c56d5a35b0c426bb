"""A chain as it was made before steps sealed kind and promise."""

from typing import Any

import sqlalchemy as sa

from participation.reports.history.models import HistoryHead, HistoryStep
from services.db import unit_of_work
from static.history import verify
from tests.participation.reports.history.publication import published

BARE = {"format": 1, "category": None, "due": None, "promised": None}


def in_the_first_form(engine: sa.Engine) -> None:
    """Write the chain of the city anew, as it would stand had it been made then."""
    digests: dict[str, str] = {}
    with unit_of_work(engine) as session:
        session.execute(sa.delete(HistoryHead))
    city = verify.FIRST
    for step in (step for page in published(engine)[1] for step in page["steps"]):
        bare: dict[str, Any] = {name: step[name] for name in verify.COVERED[verify.FORMATS[0]]}
        before = digests.get(step["report"], verify.FIRST)
        city = verify.digest(bare | {"before": before, "city_before": city})
        digests[step["report"]] = city
        with unit_of_work(engine) as session:
            mine = HistoryStep.seq == step["seq"]
            session.execute(sa.update(HistoryStep).where(mine).values(digest=city, **BARE))
