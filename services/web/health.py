"""Is it alive, and how is it doing: for balancers and for Prometheus."""

from ipaddress import ip_address

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text

from services import clock, outbox
from services.auth.gates import public
from services.errors import NotFoundError
from services.web.request import at, session, settings

pages = Blueprint("health", __name__)
REQUESTS = Counter("madang_requests", "Requests answered", ["endpoint", "status"])
SECONDS = Histogram("madang_request_seconds", "Time to answer", ["endpoint"])
DUE = Gauge("madang_deliveries_due", "Deliveries that are due and not told")
OLDEST = Gauge("madang_deliveries_oldest_seconds", "How long the oldest of them is due")
DEAD = Gauge("madang_deliveries_dead", "Deliveries given up, until an operator settles them")


@pages.get("/health")
@public
def health() -> ResponseReturnValue:
    session().execute(text("SELECT 1"))
    return {"status": "ok"}


@pages.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Tell who is inside; what the workers have still to do is read from the database."""
    if settings().mode == "production" and not _inside():
        raise NotFoundError
    left = outbox.backlog(session(), at=at())
    DUE.set(left.due)
    OLDEST.set(left.oldest_s)
    DEAD.set(left.dead)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _inside() -> bool:
    """Say whether the question comes from our own network, and through no balancer."""
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return not ip_address(request.remote_addr or "").is_global
    except ValueError:
        return False


def observe(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, response.status_code).inc()
    if "at" in g:
        SECONDS.labels(endpoint).observe((clock.now() - g.at).total_seconds())
    return response
