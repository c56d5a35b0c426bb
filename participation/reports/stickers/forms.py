"""A list of lamp posts, bins and other things, as a city keeps it."""

import csv
import re
from collections.abc import Iterator, Mapping

from participation.reports.forms import MOST_LAT, MOST_LON
from participation.reports.rules import Category
from participation.reports.stickers.actions import AssetRow

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")
KINDS = ("lamp", "bin", "other")
MOST_ASSETS = 20_000
MOST_FAULTS = 200


def parse_assets(text: str) -> tuple[list[AssetRow], list[tuple[int, str]]]:
    """Return the good lines of a CSV of things, and (line number, code of the fault) of the others.

    Columns by name: code, kind, name, lat, lon, category. Later lines of one code are refused.
    """
    rows: dict[str, AssetRow] = {}
    faults: list[tuple[int, str]] = []
    for number, line in _lines(text):
        if len(rows) >= MOST_ASSETS or len(faults) >= MOST_FAULTS:
            faults.append((number, "too_many"))
            break
        found = line if isinstance(line, str) else _asset(line)
        if isinstance(found, str):
            faults.append((number, found))
        elif found.code in rows:
            faults.append((number, "twice"))
        else:
            rows[found.code] = found
    return list(rows.values()), faults


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """Yield (line number, line by column); for a line that cannot be read the code of its fault."""
    reader = csv.reader(text.lstrip("\ufeff").splitlines())
    columns: list[str] | None = None
    while True:
        begins = reader.line_num + 1
        try:
            values = [value.strip() for value in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield begins, "too_long"
            if columns is None:
                return
            continue
        if columns is None:
            columns = [name.lower() for name in values]
        elif values:
            yield reader.line_num, dict(zip(columns, values, strict=False))


def _asset(told: Mapping[str, str]) -> AssetRow | str:
    code, kind = told.get("code", "").upper(), told.get("kind", "").lower()
    category = told.get("category", "").lower()
    try:
        lat, lon = float(told.get("lat", "")), float(told.get("lon", ""))
    except ValueError:
        return "no_number"
    if not CODE.fullmatch(code):
        return "code"
    if kind not in KINDS:
        return "kind"
    if category not in set(Category):
        return "category"
    if not (abs(lat) <= MOST_LAT and abs(lon) <= MOST_LON):
        return "off_map"
    return AssetRow(code, kind, told.get("name", "")[:120] or code, lat, lon, category)
