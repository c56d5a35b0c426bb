"""What a new report has to do with others: is it one of these, does it tell of one again?"""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from participation.reports import actions, actions_family, queries_near
from participation.reports.forms import NewReportForm
from participation.reports.models import Report
from participation.reports.rules import PUBLIC, Status
from services import media, web
from services.ids import parse_id
from services.tokens import sealed, unsealed

PHOTO = "photo"
HALF = 32


def question(form: NewReportForm, photo_hash: str | None) -> ResponseReturnValue | None:
    """Return the page that asks, once and before anything is stored, if it is one of those near.

    Whoever says which one follows that; None where there is nothing to ask.
    """
    if (report := form.joined(lambda key: web.session().get(Report, key))) is not None:
        actions.follow_report(web.session(), web.actor(), report, at=web.at())
        return redirect(url_for("reports.page", report_id=report.id, joined=1), 303)
    if not form.asks_near():
        return None
    new = form.value(photo_hash)
    near = queries_near.near_same(web.session(), new.category, new.lat, new.lon, at=web.at())
    if not near:
        return None
    form.fill(kept=_seal(photo_hash) if photo_hash else None)
    told = {f.name: f.data for f in form if f.name not in ("photo", "join") and f.data is not None}
    return render_template("reports/same.html", near=near, told=told, category=new.category.value)


def _seal(photo_hash: str) -> str:
    """Return a token by which its sender, and nobody else, names a photo that was taken in."""
    halves = UUID(photo_hash[:HALF]), UUID(photo_hash[HALF:])
    return sealed(web.settings().secret_key, PHOTO, *halves, web.actor().id or UUID(int=0))


def photo_kept(form: NewReportForm) -> str | None:
    """Return the hash of the photo that came before the question, if it is still there."""
    found = unsealed(web.settings().secret_key, PHOTO, form.told("kept"))
    if len(found) != 3 or found[2] != web.actor().id:
        return None
    photo_hash = found[0].hex + found[1].hex
    return photo_hash if media.is_kept(photo_hash) else None


def earlier_of(form: NewReportForm) -> Report | None:
    """Return the public report that is told again."""
    key = parse_id(form.told("again"))
    report = web.session().get(Report, key) if key is not None else None
    return report if report is not None and Status(report.status) in PUBLIC else None


def begin_again(form: NewReportForm) -> None:
    """Fill in what the earlier report said of kind and place."""
    if (one := earlier_of(form)) is not None:
        form.fill(category=one.category, place=one.place, lat=one.lat, lon=one.lon)


def link_earlier(form: NewReportForm, report_id: UUID) -> None:
    """Let the new report and the one it tells again lead to each other."""
    if (earlier := earlier_of(form)) is not None:
        report = web.session().get_one(Report, report_id)
        actions_family.tell_again(web.session(), web.actor(), report, earlier, at=web.at())
