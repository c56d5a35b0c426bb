"""What a new report has to do with others: is it one of these, does it tell of one again?"""

from uuid import UUID

import msgspec
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from participation.reports import actions, actions_family, queries_near
from participation.reports.forms import NewReportForm
from participation.reports.models import Report
from participation.reports.rules import MOST_PHOTOS, PUBLIC, Status
from services import media, web
from services.ids import parse_id
from services.tokens import sealed, unsealed

# A seal is good for photos of one kind alone: those that were looked over, and those that were not.
PHOTO, LOOKED = "photo", "photo looked over"
HALF = 32


class Sent(msgspec.Struct, frozen=True):
    """The photos of a form by their hashes, and whether they were looked over before they left.

    `place` is where one of them says it was taken, (latitude, longitude) in WGS84 degrees.
    """

    photos: tuple[str, ...] = ()
    looked_over: bool = False
    place: tuple[float, float] | None = None


def question(form: NewReportForm, sent: Sent) -> ResponseReturnValue | None:
    """Return the page that asks, once and before anything is stored, if it is one of those near.

    Whoever says which one follows that; None where there is nothing to ask.
    """
    if (report := form.joined(lambda key: web.session().get(Report, key))) is not None:
        actions.follow_report(web.session(), web.actor(), report, at=web.at())
        return redirect(url_for("reports.page", report_id=report.id, joined=1), 303)
    if not form.asks_near():
        return None
    new = form.value(sent.photos)
    near = queries_near.near_same(web.session(), new.category, new.lat, new.lon, at=web.at())
    if not near:
        return None
    keep(form, sent)
    left = ("photo", "join", "looked")
    told = {f.name: f.data for f in form if f.name not in left and f.data is not None}
    told["who"] = web.person_mark()
    return render_template("reports/same.html", near=near, told=told, category=new.category.value)


def photos_sent(form: NewReportForm) -> Sent:
    """Return the photos a form brings, or brought before it was refused or asked something.

    Raises InvalidError for one that is no picture, and for more than a report may have.
    """
    uploads = request.files.getlist("photo")
    place = media.place_of_uploads(uploads)
    if sent := media.accept_uploads(uploads, MOST_PHOTOS):
        return Sent(sent, bool(form.told("looked")), place)
    looked = _photos_kept(form, LOOKED)
    return Sent(looked or _photos_kept(form, PHOTO), bool(looked))


def keep(form: NewReportForm, sent: Sent) -> int:
    """Let a form that is drawn again name the photos that came with it; return how many."""
    if sent.photos:
        form.fill(kept=_seal(sent))
    return len(sent.photos)


def _seal(sent: Sent) -> str:
    """Return a token by which their sender, and nobody else, names photos that were taken in."""
    halves = [UUID(part) for name in sent.photos for part in (name[:HALF], name[HALF:])]
    kind = LOOKED if sent.looked_over else PHOTO
    return sealed(web.settings().secret_key, kind, *halves, web.actor().id or UUID(int=0))


def _photos_kept(form: NewReportForm, kind: str) -> tuple[str, ...]:
    """Return the hashes of the photos that came before the question and are still there."""
    found = unsealed(web.settings().secret_key, kind, form.told("kept"))
    if len(found) % 2 == 0 or found[-1] != web.actor().id:
        return ()
    halves = [half.hex for half in found[:-1]]
    photos = (one + other for one, other in zip(halves[::2], halves[1::2], strict=True))
    return tuple(name for name in photos if media.is_kept(name))


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
