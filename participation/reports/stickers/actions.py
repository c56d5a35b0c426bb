"""The list of the city's things with stickers, and which report speaks of which."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from participation.reports.models import Report
from participation.reports.stickers.models import Asset, AssetReport
from participation.reports.stickers.queries import asset_by_code
from services import audit
from services.auth import Actor
from services.db import Session


class AssetRow(msgspec.Struct, frozen=True):
    """A line of the list of things, as it was checked; WGS84 degrees."""

    code: str
    kind: str
    name: str
    lat: float
    lon: float
    category: str


def keep_assets(
    session: Session, actor: Actor, rows: Sequence[AssetRow], *, at: datetime
) -> tuple[int, int]:
    """Add things, or change those whose code is known; return (new, changed)."""
    codes = [row.code for row in rows]
    known = {a.code: a for a in session.scalars(select(Asset).where(Asset.code.in_(codes)))}
    new = changed = 0
    for row in rows:
        found = known.get(row.code)
        if found is None:
            known[row.code] = Asset(**msgspec.structs.asdict(row), made_at=at)
            session.add(known[row.code])
            new += 1
        elif any(getattr(found, name) != value for name, value in _told(row)):
            for name, value in _told(row):
                setattr(found, name, value)
            changed += 1
    session.flush()
    detail = {"new": str(new), "changed": str(changed)}
    audit.record(session, actor.id, "keep_assets", "assets", "", at=at, detail=detail)
    return new, changed


def _told(row: AssetRow) -> list[tuple[str, object]]:
    return list(msgspec.structs.asdict(row).items())


def link_asset(session: Session, actor: Actor, report_id: UUID, code: str, *, at: datetime) -> bool:
    """Note that a report speaks of the thing with `code`; say whether there is one. Once is enough.

    A report that lies elsewhere by its own place still speaks of what its reporter stood before.
    """
    asset = asset_by_code(session, code)
    if asset is None or session.get(Report, report_id) is None:
        return False
    if session.get(AssetReport, report_id) is None:
        session.add(AssetReport(report_id=report_id, asset_id=asset.id))
        detail = {"asset": asset.code}
        ref = str(report_id)
        audit.record(session, actor.id, "link_asset", "report", ref, at=at, detail=detail)
    return True
