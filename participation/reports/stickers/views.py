"""What a sticker's code opens: the reports about this very thing, then the form, filled in."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from participation.reports.stickers import queries
from services import web
from services.auth.gates import public
from services.errors import NotFoundError

pages = Blueprint("stickers", __name__)


@pages.get("/a/<code>")
@public
def opened(code: str) -> ResponseReturnValue:
    asset = queries.asset_by_code(web.session(), code)
    if asset is None:
        raise NotFoundError
    told = queries.open_at(web.session(), asset.id)
    if not told:
        return redirect(url_for("reports.new", asset=asset.code), 303)
    return render_template("reports/asset.html", thing=asset, reports=told)
