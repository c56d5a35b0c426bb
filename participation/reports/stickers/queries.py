"""What is read of the city's things that carry a sticker, and of the reports that speak of them."""

from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from participation.reports.models import Report
from participation.reports.queries import CARD, ReportCard, card_of
from participation.reports.rules import ENDED, PUBLIC
from participation.reports.stickers.models import Asset, AssetReport
from services.db import Session

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


class Asked(msgspec.Struct, frozen=True):
    """Which things are looked at: all, one kind, those whose code begins so, those after a code."""

    kind: str = ""
    starts: str = ""
    after: str = ""

    def query(self, after: str = "") -> str:
        """Return the query string of what stands after a code, or of the first of all."""
        given = {"kind": self.kind, "starts": self.starts, "after": after}
        return f"?{urlencode({name: one for name, one in given.items() if one})}"


class Some(msgspec.Struct, frozen=True):
    """Some things by code, and after which code the next begin; empty where no more follow."""

    things: list[AssetCard]
    after: str


def assets(session: Session, asked: Asked, most: int) -> Some:
    """Return the things that are asked for, `most` at most."""
    starts = asked.starts.strip().upper()
    query = select(Asset).where(Asset.code.startswith(starts, autoescape=True))
    if asked.kind:
        query = query.where(Asset.kind == asked.kind)
    if asked.after:
        query = query.where(Asset.code > asked.after.strip().upper())
    found = session.scalars(query.order_by(Asset.code).limit(most + 1)).all()
    things = [_card(row) for row in found[:most]]
    return Some(things, things[-1].code if len(found) > most else "")


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
