"""The console's list of things with stickers: bring them in, print what goes on them."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports.stickers import actions, queries
from participation.reports.stickers.forms import KINDS, parse_assets
from services import qr, web
from services.auth.gates import role
from services.errors import InvalidError, NotFoundError

pages = Blueprint("reports_stickers", __name__, url_prefix="/console/stickers")
staff = role("moderator", "officer")
LARGEST = 4 * 1024 * 1024
# The list, and the form around it: what is a little too long still gets a sentence of its own.
WITH_FORM = 2 * LARGEST
A_PAGE, A_SHEET = 200, 600


@pages.get("")
@staff
def index() -> ResponseReturnValue:
    return _page()


def _page(told: tuple[int, int] | None = None, faults: list[tuple[int, str]] | None = None) -> str:
    asked = _asked()
    return render_template(
        "console/stickers.html",
        found=queries.assets(web.session(), asked, A_PAGE),
        count=queries.asset_count(web.session()),
        kinds=KINDS,
        asked=asked,
        told=told,
        faults=faults or [],
    )


def _asked() -> queries.Asked:
    kind, starts, after = (request.args.get(name, "")[:20] for name in ("kind", "starts", "after"))
    return queries.Asked(kind if kind in KINDS else "", starts, after)


@pages.post("")
@role("officer")
@web.takes_files(WITH_FORM)
def bring() -> ResponseReturnValue:
    sent = request.files.get("file")
    data = sent.stream.read(LARGEST + 1) if sent and sent.filename else b""
    if not data or len(data) > LARGEST:
        raise InvalidError("file_unreadable", {"file": "unreadable"})
    rows, faults = parse_assets(_text(data))
    told = actions.keep_assets(web.session(), web.actor(), rows, at=web.at())
    return _page(told, faults)


def _text(data: bytes) -> str:
    """Return a file's text; spreadsheets here write UTF-8 or the older Korean code page."""
    try:
        return data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        return data.decode("cp949", "replace").replace("\x00", "")


@pages.get("/sheet")
@staff
def sheet() -> ResponseReturnValue:
    asked = _asked()
    found = queries.assets(web.session(), asked, A_SHEET)
    base = web.settings().base_url
    stickers = [(one, qr.drawn(_address(base, one.code))) for one in found.things]
    host = base.partition("://")[2]
    onward = found.after and asked.query(found.after)
    return render_template(
        "console/sticker_sheet.html", stickers=stickers, host=host, onward=onward
    )


def _address(base: str, code: str) -> str:
    return base + url_for("stickers.opened", code=code)


@pages.get("/<code>.svg")
@staff
def one(code: str) -> ResponseReturnValue:
    asset = queries.asset_by_code(web.session(), code)
    if asset is None:
        raise NotFoundError
    svg = qr.file(_address(web.settings().base_url, asset.code))
    headers = {"Content-Disposition": f'attachment; filename="{asset.code}.svg"'}
    return Response(svg, mimetype="image/svg+xml", headers=headers)
