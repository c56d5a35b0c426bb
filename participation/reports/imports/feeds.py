"""Other cities' open data: a CSV of service requests, row by row, into arrivals."""

import csv
import gzip
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO

from participation.reports.imports.arrivals import Arrival
from participation.reports.rules import Category, Status

COLUMNS = frozenset(
    {
        "city",
        "service_request_id",
        "status",
        "service_name",
        "requested_datetime",
        "lat",
        "long",
    }
)
STATUSES = {"open": Status.OPEN, "closed": Status.CLOSED}
# The first kind with a word that begins one of the name's words; cities name services freely.
WORDS: tuple[tuple[Category, str], ...] = (
    (Category.NOISE, "noise|loud|music|banging|barking"),
    (Category.STREET_LIGHT, "street ?light|stlight|lamp|lighting"),
    (
        Category.LITTER,
        "sw-|trash|litter|dump|rat\\b|rodent|clean|garbage|recycl|waste|debris|sanita|unsanita|bulk"
        "|graffiti|dirty|dead animal",
    ),
    (
        Category.TRAFFIC,
        "traffic|signal|signs?\\b|parking|muni\\b|vehicle|driveway|taxi|tr[st]-|ttr-",
    ),
    (Category.GREEN, "trees?\\b|for-|forestry|grass|weed|parks?\\b|garden|plants?\\b|leaf|limb"),
    (Category.WATER, "ww-|sewer|water|drain|flood|hydrant|inlet|leak|plumbing"),
    (
        Category.ROAD_DAMAGE,
        "pothole|sidewalk|footway|street (?:repair|condition|defect)|roads?\\b|curb|alley|trm-"
        "|tec-",
    ),
)
PATTERNS = tuple((category, re.compile(rf"(?:^|[^a-z])(?:{words})")) for category, words in WORDS)


class RowError(Exception):
    """A row cannot be taken in; the message says why, in English, for the operator's terminal."""


def opened(path: Path) -> IO[str]:
    """Open a CSV file, gzipped or not, as UTF-8 text."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="")
    return path.open(encoding="utf-8", errors="replace", newline="")


def rows(file: IO[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield (line number, row) of a CSV; raises RowError if columns are missing."""
    reader = csv.DictReader(file, restval="")
    if missing := sorted(COLUMNS - set(reader.fieldnames or ())):
        raise RowError(f"the file lacks the columns {', '.join(missing)}")
    for row in reader:
        yield (
            reader.line_num,
            {
                # PostgreSQL stores no NUL.
                k: (v or "").replace("\x00", "")
                for k, v in row.items()
                if k is not None
            },
        )


def arrival_of(row: Mapping[str, str]) -> Arrival:
    """Return the arrival a row tells of; its kind, times, place and state are kept.

    Raises RowError for a row without an id, a known state, a time or a place on the map.
    """
    lat, lon = _degrees(row, "lat", 85), _degrees(row, "long", 180)
    if lat == 0 and lon == 0:
        raise RowError("the place is 0, 0, which is none")
    began = _moment(row, "requested_datetime")
    if began is None:
        raise RowError("requested_datetime is empty")
    ended = _moment(row, "closed_datetime")
    if ended is not None and ended < began:
        raise RowError("it was closed before it was requested")
    status = STATUSES.get(row["status"].strip().lower())
    if status is None:
        raise RowError(f"status {row['status']!r} is neither open nor closed")
    if not row["service_request_id"].strip():
        raise RowError("service_request_id is empty")
    return Arrival(
        source=row["city"].strip()[:40] or "open data",
        source_id=row["service_request_id"].strip()[:80],
        category=category_of(row),
        status=status,
        text=_text(row),
        lat=lat,
        lon=lon,
        place=row.get("address", "").strip(),
        opened_at=began,
        ended_at=ended if status is Status.CLOSED else None,
        due_at=_moment(row, "expected_datetime"),
        answer=row.get("status_notes", "").strip(),
        body=" ".join(row.get("agency_responsible", "").split())[:80].rstrip(),
    )


def category_of(row: Mapping[str, str]) -> Category:
    """Return our kind for a city's own name of a service."""
    named = f"{row['service_name']} {row.get('service_detail', '')}".lower()
    found = (category for category, pattern in PATTERNS if pattern.search(named))
    return next(found, Category.OTHER)


def _text(row: Mapping[str, str]) -> str:
    name, detail = row["service_name"].strip(), row.get("service_detail", "").strip()
    return f"{name}: {detail}" if detail and detail != name else name or "No name"


def _degrees(row: Mapping[str, str], column: str, most: float) -> float:
    text = row[column].strip()
    if not text:
        raise RowError("it has no coordinates")
    try:
        value = float(text)
    except ValueError:
        raise RowError(f"{column} {text!r} is no number") from None
    if not -most <= value <= most:
        raise RowError(f"{column} {text} is not on the map")
    return value


def _moment(row: Mapping[str, str], column: str) -> datetime | None:
    text = row.get(column, "").strip()
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise RowError(f"{column} {text!r} is no ISO 8601 time") from None
    if value.tzinfo is None:
        raise RowError(f"{column} {text!r} has no offset")
    return value
