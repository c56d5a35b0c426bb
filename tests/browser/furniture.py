"""What the demo city lacks to have something on every page: put there by the city's own actions."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from participation.alerts.actions import Wish, follow_place
from participation.alerts.rules import Kind
from participation.reports.actions import NewReport
from participation.reports.blocks.actions import block_reporter, take_report
from participation.reports.blocks.rules import Signs
from participation.reports.exports.actions import ask_export
from participation.reports.exports.queries import PUBLIC_SCOPE, STAFF_SCOPE, ExportFilters
from participation.reports.forwarding.actions import BodyInput, keep_body, pause_body
from participation.reports.forwarding.models import OutsideBody
from participation.reports.intake.models import CallerLink
from participation.reports.models import Report, ReportEntry, ReportFollow
from participation.reports.open311.actions import issue_key
from participation.reports.rules import Category, Status
from participation.reports.settling.actions import ask_person
from participation.reports.stickers.actions import AssetRow, keep_assets, link_asset
from participation.reports.telling.rules import stop_url
from services.config import Settings
from services.db import Session
from services.ids import secret_token
from services.tokens import hash_of
from tests.people import HANA, JUN, MINJI

LONG = "할머니 댁 앞 골목에서 샘물로 버스 정류장까지 이어지는 아이들 학교 가는 길"


def furnish(session: Session, settings: Settings, at: datetime) -> dict[str, str]:
    """Fill what is empty and return an id for each argument of a page's address."""
    settled, waiting = _report(session, Status.FIXED), _report(session, Status.ACKNOWLEDGED)
    everything = ExportFilters("", "")
    assert MINJI.id is not None
    wish = Wish(kind=Kind.CIRCLE, label=LONG, lat=settled.lat, lon=settled.lon, radius_m=300)
    stop = stop_url("", settings.secret_key, settled.id, MINJI.id)
    return {
        "report_id": str(settled.id),
        "reports_console.case report_id": str(waiting.id),
        "reports_guard.ask_block report_id": _console(session, at),
        "alert_id": str(follow_place(session, MINJI, wish, at=at)),
        "export_id": str(ask_export(session, MINJI, PUBLIC_SCOPE, everything, at=at)),
        "reports_exports_console.watch_staff export_id": str(
            ask_export(session, HANA, STAFF_SCOPE, everything, at=at)
        ),
        "code": _sticker(session, waiting, at),
        "word": "yes",
        "judge.ask token": _asking(session, settled, MINJI.id, at),
        "judge.ask_word token": _asking(session, settled, JUN.id, at),
        "reports_phone.caller token": _caller(session, waiting, at),
        "telling.ask token": stop.rpartition("/")[2],
    }


def _report(session: Session, status: Status) -> Report:
    """Return a report with a picture; minji follows it."""
    shown = (Report.status == status.value, Report.photo_hash.is_not(None))
    report = session.scalars(select(Report).where(*shown).order_by(Report.opened_at)).first()
    assert report is not None, f"the demo city has none that is {status}"
    if session.get(ReportFollow, (report.id, MINJI.id)) is None:
        session.add(ReportFollow(report_id=report.id, person_id=MINJI.id, since=report.opened_at))
    return report


def _console(session: Session, at: datetime) -> str:
    """Let the console's pages list something; return the report that waits for a first look."""
    told = NewReport(
        category=Category.ROAD_DAMAGE,
        text=f"{LONG}에 맨홀 뚜껑이 깨져 있어요. 유모차 바퀴가 빠질 뻔했어요.",
        place=LONG,
        lat=34.2101,
        lon=127.9121,
        idempotency_key="first-look",
    )
    signs = Signs(device="0" * 64, trapped=True)
    held = session.get_one(Report, take_report(session, JUN, told, signs, at=at))
    reason = "같은 글을 여러 번 보냈어요. 하루 쉬었다가 다시 만나요."
    block_reporter(session, HANA, held, reason, ("device", 1), at=at)
    told_of = BodyInput(name="하늘전력 가로등 관리소", url="https://311.example.org/v2")
    body_id = keep_body(session, HANA, told_of, "http://127.0.0.1", at=at)
    # A paused body is listed and never called.
    pause_body(session, HANA, session.get_one(OutsideBody, body_id), paused=True, at=at)
    issue_key(session, HANA, "이웃 도시 신고 앱", at=at)
    return str(held.id)


def _sticker(session: Session, report: Report, at: datetime) -> str:
    row = AssetRow("L-7001", "lamp", LONG, report.lat, report.lon, Category.STREET_LIGHT.value)
    keep_assets(session, HANA, [row], at=at)
    link_asset(session, HANA, report.id, row.code, at=at)
    return row.code


def _asking(session: Session, report: Report, person_id: UUID | None, at: datetime) -> str:
    entry = session.scalars(
        select(ReportEntry)
        .where(ReportEntry.report_id == report.id, ReportEntry.status == report.status)
        .order_by(ReportEntry.at.desc())
    ).first()
    assert entry is not None
    assert person_id is not None
    return ask_person(session, person_id, entry, at=at)[1]


def _caller(session: Session, report: Report, at: datetime) -> str:
    token = secret_token()
    until = at + timedelta(days=1)
    row = {"report_id": report.id, "token_hash": hash_of(token), "made_at": at}
    session.add(CallerLink(**row, expires_at=until))
    return token
