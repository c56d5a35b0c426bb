"""A sticker on a lamp post opens the form filled in, and first what is told of that lamp."""

import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from participation.reports.models import Report
from participation.reports.stickers import actions as stickers_actions
from participation.reports.stickers import queries as stickers_queries
from participation.reports.stickers.actions import AssetRow
from participation.reports.stickers.forms import parse_assets
from participation.reports.stickers.models import Asset, AssetReport
from services import audit, qr
from services.auth import Actor
from services.db import Session
from tests.conftest import AT
from tests.pages import Pages
from tests.people import JUN, MINJI, SOYEON, TAEHO

Visit = Callable[[Actor | None], Pages]
LAMP = AssetRow("L-1042", "lamp", "샘물로 21 앞 가로등", 34.21, 127.91, "street_light")
CSV = """code,kind,name,lat,lon,category
l-1042,lamp,샘물로 21 앞 가로등,34.21,127.91,street_light
B-7,bin,공원 쓰레기통,34.22,127.92,litter
B-7,bin,again,34.22,127.92,litter
L 9,lamp,blank in code,34.2,127.9,street_light
L-10,tree,kind,34.2,127.9,street_light
L-11,lamp,category,34.2,127.9,light
L-12,lamp,number,north,127.9,street_light
L-13,lamp,nan,nan,127.9,street_light
L-14,lamp,map,89.9,127.9,street_light
L-15,lamp
"""


@pytest.fixture
def lamp(session: Session) -> AssetRow:
    stickers_actions.keep_assets(session, TAEHO, [LAMP], at=AT)
    session.commit()
    return LAMP


def test_a_list_is_read_line_by_line_and_bad_lines_are_named() -> None:
    rows, faults = parse_assets(CSV)
    assert [(row.code, row.kind) for row in rows] == [("L-1042", "lamp"), ("B-7", "bin")]
    assert faults == [
        (4, "twice"),
        (5, "code"),
        (6, "kind"),
        (7, "category"),
        (8, "no_number"),
        (9, "off_map"),
        (10, "off_map"),
        (11, "no_number"),
    ]


@pytest.mark.parametrize("long", ["x" * 131_073, '"' + "x" * 131_073 + '"'])
def test_a_field_that_is_too_long_costs_its_line_alone(long: str) -> None:
    lines = CSV.split("\n")
    lines[2] = f"B-6,bin,{long},34.22,127.92,litter"
    rows, faults = parse_assets("\n".join(lines))
    assert [row.code for row in rows] == ["L-1042", "B-7"]
    assert faults[0] == (3, "too_long")
    assert faults[1] == (5, "code")


def test_a_quotation_mark_that_is_not_closed_is_named_where_it_stands() -> None:
    """What it takes along is no line of its own; the next line after that is read again."""
    many = "".join(f"L-{n},lamp,n,34.2,127.9,street_light\n" for n in range(1000, 8000))
    rows, faults = parse_assets(f'code,kind,name,lat,lon,category\nL-1,lamp,"n,1,1,litter\n{many}')
    assert faults == [(2, "too_long")]
    assert rows[-1].code == "L-7999"
    assert parse_assets('"' + "x" * 131_073)[1] == [(1, "too_long")]


def test_a_line_that_is_too_long_is_said_to_who_brings_it(visit: Visit) -> None:
    data = CSV.replace("공원 쓰레기통", "가" * 131_073).encode()
    for lang, said in (("ko", "한 칸이 너무 길어요"), ("en", "A field of this line is too long")):
        pages = visit(TAEHO)
        pages.client.set_cookie("lang", lang)
        pages.get("/console/stickers")
        answer = pages.post("/console/stickers", 200, file=(io.BytesIO(data), "lamps.csv"))
        assert said in answer.text


def test_a_known_code_is_changed_and_not_doubled(session: Session) -> None:
    assert stickers_actions.keep_assets(session, TAEHO, [LAMP], at=AT) == (1, 0)
    assert stickers_actions.keep_assets(session, TAEHO, [LAMP], at=AT) == (0, 0)
    moved = AssetRow("L-1042", "lamp", "옮긴 가로등", 34.22, 127.91, "street_light")
    assert stickers_actions.keep_assets(session, TAEHO, [moved], at=AT) == (0, 1)
    assert session.scalars(select(Asset.name)).all() == ["옮긴 가로등"]
    assert "keep_assets" in {row.verb for row in audit.latest(session)}


def test_an_officer_brings_a_list_in_and_reads_what_was_left_out(
    session: Session, visit: Visit
) -> None:
    pages = visit(TAEHO)
    pages.get("/console/stickers")
    answer = pages.post(
        "/console/stickers", 200, file=(io.BytesIO(CSV.encode("cp949")), "lamps.csv")
    )
    assert "새로 2개" in answer.text
    assert "앞줄에 있는 번호예요." in answer.text
    pages.post("/console/stickers", 422)
    visit(SOYEON).post("/console/stickers", 403, file=(io.BytesIO(b"x"), "a.csv"))
    visit(JUN).get("/console/stickers", 403)


def test_the_address_opens_the_form_filled_in(
    session: Session, visit: Visit, lamp: AssetRow
) -> None:
    pages = visit(MINJI)
    answer = pages.client.get("/a/l-1042")
    assert answer.status_code == 303
    page = pages.get(answer.headers["Location"])
    assert 'value="샘물로 21 앞 가로등"' in page
    assert re.search(r'value="street_light" required checked', page)
    for name, value in (("lat", "34.21"), ("lon", "127.91"), ("answer", "L-1042")):
        assert re.search(rf'name="{name}"[^>]* value="{value}"', page), name
    assert 'name="asset" value="L-1042"' in page
    pages.get("/a/L-9999", 404)


def test_the_report_speaks_of_the_lamp_and_stands_there_for_the_next(
    session: Session, visit: Visit, lamp: AssetRow
) -> None:
    form = {"category": "street_light", "text": "꺼졌어요", "lat": "34.21", "lon": "127.91"}
    where = visit(MINJI).post("/reports/", **form, asset="L-1042", answer="L-1042")
    report = session.scalars(select(Report)).one()
    assert report.answer == "L-1042"
    assert session.get_one(AssetReport, report.id)
    neighbour = visit(JUN)
    page = neighbour.get("/a/L-1042")
    assert "꺼졌어요" in page
    assert "/reports/new?asset=L-1042" in page
    neighbour.post(f"/reports/{report.id}/follow")
    session.rollback()
    assert session.get_one(Report, report.id).followers == 2
    assert str(report.id) in where.headers["Location"]
    assert "로그인하고 함께하기" in visit(None).get("/a/L-1042")


def test_what_waits_for_a_first_look_is_not_told_at_the_lamp(
    session: Session, visit: Visit, lamp: AssetRow
) -> None:
    form = {"category": "street_light", "text": "꺼졌어요", "lat": "34.21", "lon": "127.91"}
    visit(MINJI).post("/reports/", **form, asset="L-1042", homepage="x")
    asset = stickers_queries.asset_by_code(session, "L-1042")
    assert asset is not None
    assert stickers_queries.open_at(session, asset.id) == []


def test_the_sheet_holds_a_code_for_each_and_nothing_inline(
    app: Flask, visit: Visit, lamp: AssetRow
) -> None:
    page = visit(SOYEON).get("/console/stickers/sheet?kind=lamp")
    assert page.count('class="qr"') == 1
    assert "/a/L-1042" in page
    assert visit(SOYEON).get("/console/stickers/sheet?kind=bin").count('class="qr"') == 0


def test_what_one_page_or_sheet_does_not_hold_follows_on_the_next(
    session: Session, visit: Visit
) -> None:
    rows = [AssetRow(f"N-{n:04}", "lamp", "", 34.2, 127.9, "street_light") for n in range(603)]
    stickers_actions.keep_assets(session, TAEHO, rows, at=AT)
    session.commit()
    pages, codes, sheets = visit(SOYEON), [], []
    for path, held in (("/console/stickers?kind=lamp", codes), ("/console/stickers/sheet", sheets)):
        while path:
            page = pages.get(path)
            held.append(re.findall(r"/a/(N-\d{4})<|href=\"/a/(N-\d{4})\"", page))
            onward = re.search(r'rel="next" href="([^"]+)"', page)
            path = unescape(onward[1]) if onward else ""
    assert [len(page) for page in codes] == [200, 200, 200, 3]
    assert [len(page) for page in sheets] == [600, 3]
    assert len({one for page in codes for one in page}) == 603
    assert "그런 번호는 없어요" in pages.get("/console/stickers?starts=zz")


def test_the_file_of_a_sticker_is_the_code_of_its_address(
    app: Flask, visit: Visit, lamp: AssetRow
) -> None:
    answer = visit(SOYEON).client.get("/console/stickers/L-1042.svg")
    base = app.extensions["settings"].base_url
    assert answer.mimetype == "image/svg+xml"
    assert answer.data == qr.file(f"{base}/a/L-1042")
    assert b"style" not in answer.data
    assert b"<script" not in answer.data
    visit(SOYEON).get("/console/stickers/L-9.svg", 404)
