"""What is read of the city's things that carry a sticker, and of the reports that speak of them."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select

from participation.reports.models import Report
from participation.reports.queries import CARD, ReportCard, card_of
from participation.reports.rules import ENDED, PUBLIC
from participation.reports.stickers.models import Asset, AssetReport
from services.db import Session

MOST = 5000
LIVE = tuple(s.value for s in PUBLIC if s not in ENDED)


class AssetCard(msgspec.Struct, frozen=True):
    """A thing as its sticker names it: a lamp, bin or other, at WGS84 degrees."""

    id: UUID
    code: str
    kind: str
    name: str
    lat: float
    lon: float
    category: str


def asset_by_code(session: Session, code: str) -> AssetCard | None:
    """Return the thing with a code, written in any case; None for no thing of ours."""
    wanted = code.strip().upper()
    row = session.scalar(select(Asset).where(Asset.code == wanted)) if wanted else None
    return _card(row) if row else None


def assets(
    session: Session, kind: str = "", starts: str = "", limit: int = MOST
) -> list[AssetCard]:
    """Return things by code: all, one kind, or those whose code begins with `starts`."""
    query = select(Asset).where(Asset.code.startswith(starts.strip().upper(), autoescape=True))
    if kind:
        query = query.where(Asset.kind == kind)
    return [_card(row) for row in session.scalars(query.order_by(Asset.code).limit(limit))]


def asset_count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Asset)) or 0


def open_at(session: Session, asset_id: UUID, limit: int = 10) -> list[ReportCard]:
    """Return the public reports about a thing that are not settled, newest first."""
    rows = session.execute(
        select(*CARD)
        .join(AssetReport, AssetReport.report_id == Report.id)
        .where(AssetReport.asset_id == asset_id, Report.status.in_(LIVE))
        .where(Report.merged_into.is_(None))
        .order_by(Report.opened_at.desc())
        .limit(limit)
    )
    return [card_of(row) for row in rows]


def asset_of(session: Session, report_id: UUID) -> AssetCard | None:
    """Return the thing a report speaks of."""
    query = select(Asset).join(AssetReport, AssetReport.asset_id == Asset.id)
    row = session.scalar(query.where(AssetReport.report_id == report_id))
    return _card(row) if row else None


def _card(row: Asset) -> AssetCard:
    return AssetCard(row.id, row.code, row.kind, row.name, row.lat, row.lon, row.category)
