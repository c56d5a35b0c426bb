"""Pictures: taken in, made harmless, kept under the hash of their content."""

from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, current_app, send_file
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from services import web
from services.auth.gates import public
from services.config import Settings
from services.errors import NotFoundError
from services.media.processor import Processor
from services.media.store import SIZES, Store

WORDS = {
    "photo_unreadable": "That picture cannot be read. Try another one.",
    "photo_too_large": "That picture is too large. Up to 20 MB and 50 megapixels are fine.",
    "photo_type": "Send a JPEG, PNG, WebP or HEIC picture.",
}
YEAR_S = 31_536_000
pages = Blueprint("media", __name__)


def install(app: Flask, settings: Settings) -> None:
    """Give `app` its picture store, under the media folder of the settings."""
    app.extensions["photos"] = Processor(Store(settings.media_dir))
    app.register_blueprint(pages)


def _processor() -> Processor:
    return cast(Processor, current_app.extensions["photos"])


def accept_upload(upload: FileStorage | None) -> str | None:
    """Return the hash of a picture a form brought, None if it brought none; InvalidError else."""
    if upload is None or not upload.filename:
        return None
    return _processor().accept(upload.stream.read())


def redact(photo_hash: str, boxes: list[tuple[float, float, float, float]]) -> str:
    """Return the hash of the picture with black boxes; the picture before it is forgotten.

    A box is (x, y, width, height), each a share of the picture's side.
    """
    return _processor().redact(photo_hash, boxes)


@pages.get("/media/<photo_hash>/<size>.webp")
@public
def picture(photo_hash: str, size: str) -> ResponseReturnValue:
    path: Path | None = _processor().store.path(photo_hash, size) if size in SIZES else None
    # Each domain says whether the actor may see a picture of its own.
    open_to_all = (may(web.session(), web.actor(), photo_hash) for may in web.registry().pictures)
    if path is None or not all(open_to_all):
        raise NotFoundError
    response: Response = send_file(path, mimetype="image/webp", max_age=YEAR_S)
    # Private: what is hidden tomorrow must not stay in a cache that many share.
    response.headers["Cache-Control"] = f"private, max-age={YEAR_S}, immutable"
    return response
