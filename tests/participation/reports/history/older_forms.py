"""A chain as it was made before steps sealed all that they seal now."""

from typing import Any

import sqlalchemy as sa

from participation.reports.history.models import HistoryHead, HistoryStep
from services.db import unit_of_work
from static.history import verify
from tests.participation.reports.history.publication import published


def in_form(engine: sa.Engine, number: int) -> None:
    """Write the chain of the city anew, as it would stand had it been made in an older form."""
    form, digests = verify.FORMATS[number - 1], dict[str, str]()
    unsaid = {name: None for name in verify.SEAL if name not in verify.SEALED[form]}
    with unit_of_work(engine) as session:
        session.execute(sa.delete(HistoryHead))
    city = verify.FIRST
    for step in (step for page in published(engine)[1] for step in page["steps"]):
        told: dict[str, Any] = {name: step[name] for name in verify.COVERED[form]}
        told |= {"before": digests.get(step["report"], verify.FIRST), "city_before": city}
        city = digests[step["report"]] = verify.digest(told | {"format": form})
        with unit_of_work(engine) as session:
            mine = sa.update(HistoryStep).where(HistoryStep.seq == step["seq"])
            session.execute(mine.values(format=number, digest=city, **unsaid))
