"""A list of lamp posts, bins and other things, as a city keeps it."""

import csv
import re
from collections.abc import Mapping

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
    lines = csv.DictReader(text.lstrip("\ufeff").splitlines())
    for number, line in enumerate(lines, 2):
        if len(rows) >= MOST_ASSETS or len(faults) >= MOST_FAULTS:
            faults.append((number, "too_many"))
            break
        found = _asset(
            {str(k or "").strip().lower(): str(v or "").strip() for k, v in line.items()}
        )
        if isinstance(found, str):
            faults.append((number, found))
        elif found.code in rows:
            faults.append((number, "twice"))
        else:
            rows[found.code] = found
    return list(rows.values()), faults


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
