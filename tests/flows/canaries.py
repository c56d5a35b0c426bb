"""A reporter all of whose marks are unique strings, and a city in which they left each of them."""

import io
import struct
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import numpy as np
import pyvips
from flask import Flask
from sqlalchemy import select

from participation.accounts.actions import bound_staff
from participation.accounts.models import Person, PersonRole
from participation.alerts import actions as alerts
from participation.alerts.rules import Kind
from participation.reports.blocks import actions as blocks_actions
from participation.reports.blocks.rules import BLOCK_DAYS
from participation.reports.intake import actions_phone
from participation.reports.intake.models import CallerLink
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.queries import waiting_of
from participation.reports.queries import photos_of
from participation.reports.routing.actions import add_area
from participation.reports.settling import actions as settling_actions
from participation.reports.settling.models import ReportAsking
from participation.reports.stickers import actions as stickers_actions
from participation.reports.stickers.actions import AssetRow
from participation.reports.telling.rules import stop_url
from services import clock
from services.auth import STRANGER, Actor
from services.db import Session, unit_of_work
from services.push.messages import Notice, enqueue_to
from services.push.models import PushSubscription
from services.tokens import hash_of
from tests.pages import Pages
from tests.people import HANA, JUN, SOYEON

Visit = Callable[[Actor | None], Pages]
OTHER = Actor(UUID("0dd0a4ea-1a2b-4c3d-8e4f-5a6b7c8d9e0f"), frozenset({"moderator"}))
REPORTER = Actor(UUID("c0ffee00-1a2b-4c3d-8e4f-5a6b7c8d9e0f"), frozenset({"resident"}))
NAME, EMAIL = "Kanariname7q", "kanarimail7q@example.org"
PHONE_EMAIL, LABEL, WORDS = "kanaricaller7q@example.org", "kanarilabel7q", "kanariwords7q"
ANSWER = "kanarianswer7q"
HIDDEN, KEY, ENDPOINT = "kanarihidden7q", "kanarikey7q", "https://push.example.org/kanariend7q"
CAMERA, XMP, ICC, COMMENT = "KANARICAM7Q", "KANARIXMP7Q", "KANARIICC7Q", "KANARICOM7Q"
METADATA = (CAMERA, XMP, ICC, COMMENT)
ASSET = "LAMP-0412"
# Where the camera was, far from where the report says: 41.40338, in hundred thousandths.
GPS = (4_140_338, 100_000)
# An area none of the canary reports lies in.
FAR = '{"type":"Polygon","coordinates":[[[127,35],[127.1,35],[127.1,35.1],[127,35.1],[127,35]]]}'
BOX = {"x": "0.3", "y": "0.2", "w": "0.25", "h": "0.3"}
RED, BLUE = (255, 40, 40), (40, 40, 255)


class Seeded(NamedTuple):
    """What was left in the city: identities by what they are, and values for addresses."""

    marks: dict[str, str]
    values: dict[str, list[str]]
    original: bytes


def icc() -> bytes:
    """Return an sRGB profile whose copyright line is a canary (ICC.1:2022, 10.15)."""
    whole = bytearray(pyvips.Operation.call("profile_load", "srgb"))
    text = ICC.encode("utf-16-be")
    line = b"mluc" + struct.pack("!IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(text), 28) + text
    entry = whole.index(b"cprt") + 4
    whole[entry : entry + 8] = struct.pack("!II", len(whole), len(line))
    whole += line + bytes(-len(line) % 4)
    whole[:4] = struct.pack("!I", len(whole))
    return bytes(whole)


def photo(patch: tuple[int, int, int], shade: int) -> bytes:
    """Return a JPEG with a patch of one colour, and all a camera may say besides."""
    pixels = np.full((600, 800, 3), (40, 150, shade), dtype=np.uint8)
    pixels[132:288, 252:428] = patch
    image = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    place = f"{GPS[0]}/{GPS[1]} 0/1 0/1"
    for field, text in (
        ("exif-ifd0-Make", CAMERA),
        ("exif-ifd2-BodySerialNumber", CAMERA),
        ("exif-ifd3-GPSLatitude", place),
    ):
        image.set_type(pyvips.GValue.gstr_type, field, text)
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>{XMP}</a></x:xmpmeta>".encode()
    image.set_type(pyvips.GValue.blob_type, "xmp-data", xmp)
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc())
    data: bytes = image.jpegsave_buffer(Q=95)
    remark = b"\xff\xfe" + struct.pack("!H", len(COMMENT) + 2) + COMMENT.encode()
    return data[:2] + remark + data[2:]


def _two(patch: tuple[int, int, int], shade: int) -> list[bytes]:
    return [photo(patch, shade), photo(patch, shade + 5)]


def report(pages: Pages, text: str, lat: str, **more: Any) -> str:
    pages.get("/reports/new")
    form = {"category": "street_light", "text": text, "lat": lat, "lon": "127.91"}
    form |= {"answer": ANSWER, "looked": "1"}
    more["photo"] = [(io.BytesIO(one), "kanari.jpg") for one in more.get("photo", ())]
    key = f"{KEY}-{uuid4().hex[:12]}"
    answer = pages.post("/reports/", **(form | {"idempotency_key": key} | more))
    return str(answer.headers["Location"].split("/reports/")[1][:36])


def settle_in(app: Flask) -> None:
    """Let the reporter live here, known by name and address, and a moderator of another area."""
    at = clock.now() - timedelta(days=90)
    with unit_of_work(app.extensions["engine"]) as session:
        session.add(Person(id=REPORTER.id, display_name=NAME, email=EMAIL, created_at=at))
        session.flush()
        session.add(PersonRole(person_id=REPORTER.id, role="resident"))
        session.add(Person(id=OTHER.id, display_name="먼 동네 담당", created_at=at))
        session.flush()
        session.add(PersonRole(person_id=OTHER.id, role="moderator"))
        far = add_area(session, STRANGER, "먼 동네", FAR, at=at)
        bound_staff(session, HANA, OTHER.id, [("area", far)], at=at)


def seed(app: Flask, visit: Visit, turn: Callable[[], int]) -> Seeded:
    """Leave every mark a reporter can leave: photos, words, follows, a wish, an asking, files."""
    settle_in(app)
    mine, staff = visit(REPORTER), visit(SOYEON)
    original = photo(RED, 60)
    covered = report(mine, "꺼진 등", "34.21", photo=_two(RED, 60))
    bare = _pictures(app, covered)
    staff.get("/console/")
    for name in bare:
        staff.post(f"/console/reports/{covered}/redact", photo=name, **BOX)
    settled = report(mine, "다 된 등", "34.22")
    staff.post(f"/console/reports/{settled}/answer", status="fixed", text="고쳤어요")
    rejected = report(
        mine, f"내 차 번호 {HIDDEN}", "34.23", photo=[photo(BLUE, 70), photo(BLUE, 75)]
    )
    _follow(visit(JUN), rejected)
    staff.post(f"/console/reports/{rejected}/reject", reason="번호가 보여요")
    # Of a report that everyone sees, but sent where no browser looks for faces.
    waits = report(mine, "젖은 등", "34.25", photo=[photo(BLUE, 90)], looked="")
    held = report(mine, f"내 집 앞 {HIDDEN}", "34.24", photo=[photo(BLUE, 80)], homepage="x")
    mine.post(f"/reports/{settled}/judge", settled="yes", text="정말 됐어요")
    mine.post(f"/reports/{settled}/rating", score="5", text=f"고마워요 {WORDS}")
    files = [
        str(pages.post(path).headers["Location"]).split("/")[-1]
        for pages, path in ((visit(None), "/reports/export"), (staff, "/console/export"))
    ]
    while turn():
        pass
    with unit_of_work(app.extensions["engine"]) as session:
        kept = _kept(session, UUID(settled), UUID(covered))
    values = {
        "report_id": [covered, settled, rejected, held, waits],
        "photo_hash": bare
        + [name for one in (covered, rejected, held, waits) for name in _pictures(app, one)],
        "open311.token": [covered, rejected],
        "export_id": files,
        "telling.token": [_stop(app, UUID(covered))],
        **kept,
    }
    return Seeded(marks(mine), values, original)


def _follow(pages: Pages, report_id: str) -> None:
    """Let a neighbour hear of what everyone still sees; it is hidden from them next."""
    pages.get(f"/reports/{report_id}")
    pages.post(f"/reports/{report_id}/follow")


def _stop(app: Flask, report_id: UUID) -> str:
    """Return the token of the link by which the reporter's letters of a report are stopped."""
    assert REPORTER.id is not None
    secret = app.extensions["settings"].secret_key
    return stop_url("", secret, report_id, REPORTER.id).split("/")[-1]


def _pictures(app: Flask, report_id: str) -> list[str]:
    with Session(app.extensions["engine"]) as session:
        row = session.get_one(Report, UUID(report_id))
        names = [*photos_of(session, row), *waiting_of(session, [row.id]).get(row.id, [])]
        assert names, "a report without the photo that is looked for"
        return names


def _kept(session: Session, settled: UUID, covered: UUID) -> dict[str, list[str]]:
    """Leave what no form leaves in one step; return the values their addresses have."""
    at = clock.now()
    wish = alerts.Wish(kind=Kind.CIRCLE, label=LABEL, lat=34.21, lon=127.91, radius_m=300)
    lamp = AssetRow(ASSET, "lamp", "가로등 0412", 34.21, 127.91, "street_light")
    stickers_actions.keep_assets(session, SOYEON, [lamp], at=at)
    stickers_actions.link_asset(session, REPORTER, covered, ASSET, at=at)
    alert = alerts.follow_place(session, REPORTER, wish, at=at)
    row = session.get_one(Report, covered)
    whom = ("person", BLOCK_DAYS[0])
    block = blocks_actions.block_reporter(session, SOYEON, row, "너무 많아요", whom, at=at)
    blocks_actions.lift_block(session, SOYEON, block, at=at + timedelta(seconds=1))
    actions_phone.invite_caller(session, SOYEON, row, PHONE_EMAIL, "http://localhost", at=at)
    link = CallerLink(report_id=covered, made_at=at, expires_at=at + timedelta(days=1))
    link.token_hash = hash_of("caller-token")
    session.add(link)
    browser = PushSubscription(
        person_id=REPORTER.id,
        endpoint=ENDPOINT,
        p256dh="k",
        auth="a",
        label="Firefox",
        created_at=at,
    )
    session.add(browser)
    session.flush()
    notice = Notice("등", "고쳤어요", f"/reports/{settled}", "t", "status")
    message = enqueue_to(session, browser, notice, at=at)
    return {
        "alert_id": [str(alert)],
        "step_id": [_said(session, settled)],
        "stickers.code": [ASSET],
        "reports_stickers.code": [ASSET],
        "key_text": [str(message)],
        "judge.token": [_asking(session, settled)],
        "reports_phone.token": ["caller-token"],
    }


def _said(session: Session, settled: UUID) -> str:
    """Return the step in which the reporter said that it is settled."""
    said = ReportEntry.report_id == settled, ReportEntry.kind == "confirmed"
    return str(session.scalars(select(ReportEntry.id).where(*said)).one())


def _asking(session: Session, settled: UUID) -> str:
    """Return a token good for the reporter's one word on the report that was fixed."""
    at = clock.now()
    mine = ReportAsking.person_id == REPORTER.id
    if (asking := session.scalar(select(ReportAsking).where(mine).limit(1))) is not None:
        return settling_actions.renew_asking(session, REPORTER, asking, at=at)
    fixed = ReportEntry.report_id == settled, ReportEntry.status == "fixed"
    entry = session.scalars(select(ReportEntry).where(*fixed)).first()
    assert entry is not None
    assert REPORTER.id is not None
    return settling_actions.ask_person(session, REPORTER.id, entry, at=at)[1]


def marks(mine: Pages) -> dict[str, str]:
    """Return every string that would tell who reported, by what it is."""
    cookies = {name: mine.client.get_cookie(name) for name in ("madang_session", "madang_device")}
    browser = {name: one.value.split(".")[0] for name, one in cookies.items() if one is not None}
    assert len(browser) == 2, "the reporter's browser has no cookie to look for"
    told = {"name": NAME, "mail": EMAIL.split("@")[0], "person": str(REPORTER.id)}
    told |= {"person in hex": REPORTER.id.hex if REPORTER.id else ""}
    told |= {"caller": PHONE_EMAIL.split("@")[0], "wish": LABEL, "rating": WORDS}
    told |= {"answer": ANSWER, "hidden words": HIDDEN, "key": KEY, "push": "kanariend7q"}
    told |= dict(zip(METADATA, METADATA, strict=True))
    device = hash_of(browser["madang_device"])
    told |= {"browser": device, "sign-in in hash": hash_of(browser["madang_session"])}
    return told | browser | {"camera's place": "41.403"}
