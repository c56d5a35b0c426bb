"""Pictures: taken in, made harmless, kept under the hash of their content."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, current_app, send_file
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from services import web
from services.auth.gates import public
from services.config import Settings
from services.errors import InvalidError, NotFoundError
from services.jobs import Job
from services.media.processor import Processor
from services.media.store import Store
from services.media.sweeping import sweep
from services.media.turns import PicturesBusyError as PicturesBusyError
from services.media.whereabouts import LOOKED_AT, place_of
from services.registry import Registry

WORDS = {
    "photo_unreadable": "That picture cannot be read. Try another one.",
    "photo_too_large": "That picture is too large. Up to 20 MB and 50 megapixels are fine.",
    "photos_too_many": "Those are too many pictures at once. Up to three are fine.",
    "photos_busy": "Many photos come in just now. Choose yours again and send it in a few seconds.",
    "photo_type": "Send a JPEG, PNG, WebP or HEIC picture.",
}
MINUTES_S = 600
HOUR_S = 3600
pages = Blueprint("media", __name__)


def install(app: Flask, settings: Settings) -> None:
    """Give `app` its picture store, under the media folder of the settings, and its sweeper."""
    store = Store(settings.media_dir)
    app.extensions["photos"] = Processor(store)
    app.register_blueprint(pages)
    registry = cast(Registry, app.extensions["registry"])
    run = partial(sweep, store, registry.held_pictures)
    registry.jobs.append(Job("media.sweep", HOUR_S, run))


def _processor() -> Processor:
    return cast(Processor, current_app.extensions["photos"])


def _at_work() -> Processor:
    """Return the processor; a request that holds the writer's turn meanwhile is built wrongly.

    Up to twenty seconds of picture work would keep everyone else's writes waiting.
    """
    if web.holds_turn():
        raise RuntimeError("picture work within a writing transaction: do it before")
    return _processor()


def accept_uploads(uploads: Iterable[FileStorage], most: int) -> tuple[str, ...]:
    """Return the hashes of the pictures a field brought, in their order, the same one once.

    Raises InvalidError: photos_too_many for more than `most`, before any is worked on.
    """
    brought = [upload for upload in uploads if upload.filename]
    if len(brought) > most:
        raise InvalidError("photos_too_many", {"photo": "photos_too_many"})
    return tuple(dict.fromkeys(accept(upload.stream.read()) for upload in brought))


def place_of_uploads(uploads: Iterable[FileStorage]) -> tuple[float, float] | None:
    """Return the first place, (latitude, longitude) in WGS84 degrees, that an upload tells.

    It is read before `accept_uploads`, which keeps no such thing.
    """
    for upload in uploads:
        place = place_of(upload.stream.read(LOOKED_AT))
        upload.stream.seek(0)
        if place is not None:
            return place
    return None


def accept(data: bytes) -> str:
    """Return the hash of a picture that comes from no form; InvalidError if it is none."""
    return _at_work().accept(data)


def is_kept(photo_hash: str) -> bool:
    """Say whether a picture is still on the disk."""
    return _processor().store.path(photo_hash, "large") is not None


def redact(photo_hash: str, boxes: list[tuple[float, float, float, float]], *, by: str) -> str:
    """Return the hash of the picture with black boxes; the picture before it stays where it is.

    A box is (x, y, width, height), each a share of the picture's side. It waits its turn for up to
    ten seconds; PicturesBusyError after that. RefusedError while another one is done `by` the
    same person.
    """
    return _at_work().redact(photo_hash, boxes, by=by)


def content(photo_hash: str) -> bytes:
    """Return the large WebP of a picture, for a page that guards it; NotFoundError if gone."""
    path = _processor().store.path(photo_hash, "large")
    if path is None:
        raise NotFoundError
    return path.read_bytes()


@pages.get("/media/<photo_hash>/<size>.webp")
@public
def picture(photo_hash: str, size: str) -> ResponseReturnValue:
    # A picture is seen where some domain shows it to the actor; what nobody shows is nobody's. That
    # is asked before the disk is: how long a no takes does not tell whether there ever was one.
    shown = any(may(web.session(), web.actor(), photo_hash) for may in web.registry().pictures)
    path: Path | None = _processor().store.path(photo_hash, size) if shown else None
    if path is None:
        raise NotFoundError
    response: Response = send_file(path, mimetype="image/webp", max_age=MINUTES_S)
    # Private and soon asked for again: what is covered now must not stay where it was kept.
    response.headers["Cache-Control"] = f"private, max-age={MINUTES_S}, must-revalidate"
    return response
