"""The words of Open311 GeoReport v2: what is read of a query, and how answers are written.

Source: GeoReport v2 of open311.org. No database and no Flask here.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from markupsafe import escape

from participation.reports.rules import LABELS, QUESTIONS, Category, Status
from services import i18n
from services.errors import InvalidError, NotFoundError
from services.ids import parse_id

WINDOW = timedelta(days=90)
MOST = 1000
PAGE_SIZE = 100
NEAR_DEGREES = 750 / 111_320
DETAIL = "detail"
LISTS = ("service_request_id", "service_code", "status")
OPEN = (Status.OPEN, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.DISPUTED)
CLOSED = (Status.FIXED, Status.CLOSED)
STATES = {"open": OPEN, "closed": CLOSED}
# The state of the standard, by ours.
STATE = {s.value: "closed" if s in CLOSED else "open" for s in Status}
HINT = "Up to 500 characters. Only the city's staff read it."
GROUPS = {
    Category.STREET_LIGHT: "Streets and traffic",
    Category.ROAD_DAMAGE: "Streets and traffic",
    Category.TRAFFIC: "Streets and traffic",
    Category.LITTER: "Clean and green",
    Category.GREEN: "Clean and green",
    Category.WATER: "Water and drains",
    Category.NOISE: "Living together",
    Category.OTHER: "Something else",
}
UPDATE_WORDS = {
    Status.OPEN: "OPEN",
    Status.ACKNOWLEDGED: "INVESTIGATING",
    Status.IN_PROGRESS: "IN_PROGRESS",
    Status.FIXED: "FIXED",
    Status.CLOSED: "CLOSED",
    Status.REJECTED: "CLOSED",
    Status.DISPUTED: "OPEN",
}
# What XML 1.0 cannot hold, however it is written.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A plus sign that was sent bare arrives as a blank.
LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")
# The name of one thing in a list, by the name of the list.
ONE = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
    "values": "value",
    "notes": "note",
    "media_urls": "media_url",
}


class Asked(msgspec.Struct, frozen=True):
    """What a list of requests is narrowed to. `box` is (west, south, east, north).

    `after` is where the page before ended: the moment a request was opened, and its id.
    """

    ids: tuple[Any, ...] | None = None
    statuses: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    changed_since: datetime | None = None
    changed_until: datetime | None = None
    box: tuple[float, float, float, float] | None = None
    page: int | None = None
    size: int = MOST
    after: tuple[datetime, UUID] | None = None


def joined(args: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Return a query with one text for each name; a list may be repeated or hold commas."""
    return {
        name: ",".join(values) if name in LISTS else values[0] for name, values in args if values
    }


def asked_of(args: Mapping[str, str], now: datetime) -> Asked:
    """Return what a query asks for; an empty parameter counts as absent.

    Raises InvalidError, or NotFoundError for a service we do not have.
    """
    given = {name: value.strip() for name, value in args.items() if value.strip()}
    if "service_request_id" in given:
        names = given["service_request_id"].split(",")[:MOST]
        return Asked(ids=tuple(k for n in names if (k := parse_id(n.strip())) is not None))
    since, until = _span(given)
    changed = moment(given, "updated_after"), moment(given, "updated_before")
    if since is None and changed == (None, None):
        # The start of a day: a walk by page must not lose rows at its beginning meanwhile.
        since = _window_before(until or now)
    paged = bool({"page", "page_size", "after"} & set(given))
    return Asked(
        statuses=_statuses(given.get("status", "")),
        categories=tuple(category(c).value for c in _parts(given.get("service_code", ""))),
        since=since,
        until=until,
        changed_since=changed[0],
        changed_until=changed[1],
        box=_box(given),
        page=whole(given, "page", 1, 1_000_000) if paged else None,
        size=min(whole(given, "page_size", PAGE_SIZE, 1_000_000), MOST) if paged else MOST,
        after=place_in_walk(given["after"]) if "after" in given else None,
    )


def _span(given: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    since, until = moment(given, "start_date"), moment(given, "end_date")
    if since is not None and until is not None and until - since > WINDOW:
        raise InvalidError("span_too_long")
    return since, until


def place_in_walk(text: str) -> tuple[datetime, UUID]:
    """Return where a page ended, as `walked` wrote it; raises InvalidError."""
    told, _, name = text.rpartition("_")
    if (key := parse_id(name)) is None or (at := moment({"after": told}, "after")) is None:
        raise InvalidError("after_odd")
    return at, key


def walked(after: tuple[datetime, UUID]) -> str:
    """Return the parameter `after` of the page behind this place."""
    return f"{after[0].astimezone(UTC).isoformat()}_{after[1]}"


def _window_before(at: datetime) -> datetime:
    """Return the midnight ninety days before; raises InvalidError where no calendar goes."""
    try:
        return (at - WINDOW).replace(hour=0, minute=0, second=0, microsecond=0)
    except OverflowError as error:
        raise InvalidError("too_long_ago") from error


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _statuses(text: str) -> tuple[str, ...]:
    words = _parts(text.lower())
    if not set(words) <= set(STATES):
        raise InvalidError("status_odd")
    return tuple(s.value for word in words for s in STATES[word])


def category(code: str) -> Category:
    """Return the kind of report a service_code names; raises NotFoundError."""
    if code not in set(Category):
        raise NotFoundError("service_not_found")
    return Category(code)


def moment(given: Mapping[str, str], name: str) -> datetime | None:
    """Return a date of a query; one without a zone is UTC. Raises InvalidError."""
    if not (text := given.get(name, "")):
        return None
    try:
        read = datetime.fromisoformat(LOST_PLUS.sub(r"+\1", text))
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError("date_odd", {"name": name}) from error


def whole(given: Mapping[str, str], name: str, usual: int, most: int) -> int:
    """Return a whole number from 1 to `most`; raises InvalidError."""
    text = given.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise InvalidError("number_odd", {"name": name, "most": str(most)})
    return int(text)


def degrees(text: str, most: int, name: str) -> float:
    """Return a latitude or longitude of at most `most` degrees; raises InvalidError."""
    try:
        value = float(text)
    except ValueError as error:
        raise InvalidError("degrees_odd", {"name": name}) from error
    if not math.isfinite(value) or abs(value) > most:
        raise InvalidError("degrees_too_many", {"name": name, "most": str(most)})
    return value


def _box(given: Mapping[str, str]) -> tuple[float, float, float, float] | None:
    if "bbox" in given:
        parts = given["bbox"].split(",")
        if len(parts) != 4:
            raise InvalidError("bbox_odd")
        south, north = (degrees(parts[i], 90, "bbox") for i in (0, 2))
        west, east = (degrees(parts[i], 180, "bbox") for i in (1, 3))
        return west, south, east, north
    if "lat" not in given or "long" not in given:
        return None
    lat, lon = degrees(given["lat"], 90, "lat"), degrees(given["long"], 180, "long")
    wide = NEAR_DEGREES / max(math.cos(math.radians(lat)), 0.01)
    return lon - wide, lat - NEAR_DEGREES, lon + wide, lat + NEAR_DEGREES


@lru_cache(maxsize=8)
def names(lang: str) -> dict[str, str]:
    """Return the names of the services in a language, by their codes."""
    return {kind.value: i18n.translate(lang, LABELS[kind]) for kind in Category}


def service(kind: Category, lang: str) -> dict[str, Any]:
    """Return a kind of report as a service; its name and its words in `lang`."""
    # Whoever looks for a service by a word may write it in either language.
    words = [kind.value.replace("_", " "), *(names(one)[kind.value] for one in i18n.LANGUAGES)]
    return {
        "service_code": kind.value,
        "service_name": names(lang)[kind.value],
        "description": names(lang)[kind.value],
        "metadata": True,
        "type": "realtime",
        "keywords": ", ".join(dict.fromkeys(word.lower() for word in words)),
        "group": i18n.translate(lang, GROUPS[kind]),
    }


def definition(kind: Category, lang: str) -> dict[str, Any]:
    """Return the one question we ask of a kind of report."""
    question = {
        "variable": True,
        "code": DETAIL,
        "datatype": "string",
        "required": False,
        "datatype_description": i18n.translate(lang, HINT),
        "order": 1,
        "description": i18n.translate(lang, QUESTIONS[kind]),
        "values": [],
    }
    return {"service_code": kind.value, "attributes": [question]}


def written(value: Any, root: str, form: str) -> bytes:
    """Return `value` as JSON, or as XML in UTF-8 under `root`; both hold the same fields."""
    if form == "json":
        return msgspec.json.encode(value)
    text = '<?xml version="1.0" encoding="utf-8"?>\n' + _element(root, value)
    return UNWRITABLE.sub("\ufffd", text).encode()


def _element(name: str, value: Any) -> str:
    return f"<{name}>{_inner(name, value)}</{name}>"


def _inner(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_element(key, inner) for key, inner in value.items())
    if isinstance(value, list):
        return "".join(_element(ONE.get(name, "item"), inner) for inner in value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(escape(str(value)))
