"""Is it alive, and how is it doing: for balancers and for Prometheus."""

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from sqlalchemy import text

from services import clock
from services.auth.gates import public
from services.web.request import session

pages = Blueprint("health", __name__)
REQUESTS = Counter("madang_requests", "Requests answered", ["endpoint", "status"])
SECONDS = Histogram("madang_request_seconds", "Time to answer", ["endpoint"])


@pages.get("/health")
@public
def health() -> ResponseReturnValue:
    session().execute(text("SELECT 1"))
    return {"status": "ok"}


@pages.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def observe(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, response.status_code).inc()
    if "at" in g:
        SECONDS.labels(endpoint).observe((clock.now() - g.at).total_seconds())
    return response
