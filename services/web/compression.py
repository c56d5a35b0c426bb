"""Small on the wire: built files as they were compressed at build time, pages on the fly.

The forgery token is masked anew in each answer (services.web.safety), so that the length of a
compressed page tells nothing of it (the BREACH attack).
"""

import gzip
from pathlib import Path

from flask import Flask, Response, request, send_from_directory
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

SMALLEST = 1024
LEVEL = 5
TYPES = {"text/html", "application/json", "application/problem+json", "image/svg+xml", "text/csv"}
READY = (("br", ".br"), ("gzip", ".gz"))


def install(app: Flask) -> None:
    app.view_functions["static"] = lambda filename: _static(app, filename)
    app.after_request(_compress)


def _static(app: Flask, filename: str) -> ResponseReturnValue:
    """Send a built file, compressed if the browser takes it and the build made it so."""
    folder = str(app.static_folder)
    for coding, ending in READY if filename.startswith("dist/") else ():
        path = safe_join(folder, filename + ending)
        if path is None:
            raise NotFound
        if request.accept_encodings[coding] > 0 and Path(path).exists():
            mimetype = app.make_response(send_from_directory(folder, filename)).mimetype
            response = send_from_directory(folder, filename + ending, mimetype=mimetype)
            response.headers["Content-Encoding"] = coding
            response.vary.add("Accept-Encoding")
            return _kept(response)
    return _kept(send_from_directory(folder, filename))


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _compress(response: Response) -> Response:
    if (
        response.is_streamed
        or response.direct_passthrough
        or "Content-Encoding" in response.headers
    ):
        return response
    body = response.get_data() if response.mimetype in TYPES else b""
    if len(body) < SMALLEST or request.accept_encodings["gzip"] <= 0:
        return response
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
