"""Other cities' open data: a CSV of service requests, row by row, into arrivals."""

import contextlib
import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

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
# Spreadsheets of Korean offices write the second; what is neither is seldom readable as it.
ENCODINGS = ("utf-8-sig", "cp949")
DAMAGE = (OSError, EOFError, zlib.error)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
# A city's clock may be ahead of ours, and a day is the most that zones differ.
AHEAD = timedelta(days=1)
LONGEST_PROMISE = timedelta(days=3660)


class RowError(Exception):
    """A row cannot be taken in; the message says why, in English, for the operator's terminal."""


class FileError(Exception):
    """A file cannot be read, or not further; the message says why and where, as that of a row."""


def surveyed(path: Path) -> tuple[str, int]:
    """Return in which of ENCODINGS a file is written and how many rows it has; all of it is read.

    Raises FileError.
    """
    for encoding in ENCODINGS:
        try:
            with opened(path, encoding) as file:
                return encoding, sum(1 for _ in rows(file))
        except UnicodeDecodeError:
            continue
    raise FileError(f"line {_odd_line(path)} is written neither in UTF-8 nor in CP949")


def opened(path: Path, encoding: str = ENCODINGS[0]) -> IO[str]:
    """Open a CSV file, gzipped or not, as text."""
    return io.TextIOWrapper(_bytes(path), encoding=encoding, newline="")


def _bytes(path: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _odd_line(path: Path) -> int:
    """Return the number of the first line that is no UTF-8."""
    number = 1
    with _bytes(path) as file, contextlib.suppress(UnicodeDecodeError, *DAMAGE):
        for line in file:
            line.decode()
            number += 1
    return number


def rows(file: IO[str]) -> Iterator[tuple[int, Mapping[str, str] | RowError]]:
    """Yield (line number, row) of a CSV; for a row that cannot be read, the error that says why.

    Raises FileError if columns are missing or the file is damaged, UnicodeDecodeError if it is
    written otherwise.
    """
    reader = csv.reader(file)
    try:
        columns = next(reader, [])
        if missing := sorted(COLUMNS - set(columns)):
            raise FileError(f"the file lacks the columns {', '.join(missing)}")
        while (row := _row(reader, columns)) is not None:
            yield reader.line_num, row
    except csv.Error as error:
        raise FileError(f"its first line is no list of columns: {error}") from error
    except DAMAGE as error:
        where = f"it is damaged behind line {reader.line_num}: " if reader.line_num else ""
        raise FileError(f"{where}{error}") from error


def _row(reader: Any, columns: list[str]) -> Mapping[str, str] | RowError | None:
    """Return the next row that is not empty, None at the end; what is too long is left behind."""
    begins = reader.line_num + 1
    try:
        values = next((row for row in reader if row), None)
    except csv.Error as error:
        ends = reader.line_num
        lost = f"line {begins} and those that follow up to line {ends} are left out, for a "
        return RowError((lost if ends > begins else "") + str(error))
    if values is None:
        return None
    # PostgreSQL stores no NUL.
    told = (value.replace("\x00", "") for value in values)
    return dict(itertools.zip_longest(columns, itertools.islice(told, len(columns)), fillvalue=""))


def arrival_of(row: Mapping[str, str] | RowError, *, at: datetime) -> Arrival:
    """Return the arrival a row tells of, at the moment it is read; what the row says is kept.

    Raises RowError for a row without an id, a known state, a time or a place on the map, and with
    a time that lies ahead of `at`.
    """
    if isinstance(row, RowError):
        raise row
    lat, lon = _place(row)
    status = STATUSES.get(row["status"].strip().lower())
    if status is None:
        raise RowError(f"status {row['status']!r} is neither open nor closed")
    began, ended = _span(row, status, at)
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
        ended_at=ended,
        due_at=_moment(row, "expected_datetime", began + LONGEST_PROMISE),
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


def _place(row: Mapping[str, str]) -> tuple[float, float]:
    lat, lon = _degrees(row, "lat", 85), _degrees(row, "long", 180)
    if lat == 0 and lon == 0:
        raise RowError("the place is 0, 0, which is none")
    return lat, lon


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


def _span(row: Mapping[str, str], status: Status, at: datetime) -> tuple[datetime, datetime | None]:
    """Return when it was requested, and when closed if it is.

    The last change of a closed request is its closing (GeoReport v2, GET service request).
    """
    latest = at + AHEAD
    began = _moment(row, "requested_datetime", latest)
    if began is None:
        raise RowError("requested_datetime is empty")
    ended = _moment(row, "closed_datetime", latest)
    if ended is None and status is Status.CLOSED:
        ended = _moment(row, "updated_datetime", latest)
        if ended is None:
            wanted = "neither closed_datetime nor updated_datetime says when"
            raise RowError(f"it is closed, and {wanted}")
    if ended is not None and ended < began:
        raise RowError("it was closed before it was requested")
    return began, ended if status is Status.CLOSED else None


def _moment(row: Mapping[str, str], column: str, latest: datetime) -> datetime | None:
    text = row.get(column, "").strip()
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise RowError(f"{column} {text!r} is no ISO 8601 time") from None
    if value.tzinfo is None:
        raise RowError(f"{column} {text!r} has no offset")
    if value < EARLIEST:
        raise RowError(f"{column} {text!r} is before {EARLIEST.year}")
    if value > latest:
        raise RowError(f"{column} {text!r} is later than {latest:%Y-%m-%d}")
    return value
