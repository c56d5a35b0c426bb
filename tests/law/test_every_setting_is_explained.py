"""docs/running.md lists every setting with its default, and no other."""

import re

import msgspec

from services.config import BARE, FIELDS, PREFIX
from tests.law.sources import ROOT

ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", re.M)


def name_of_setting(field: str) -> str:
    return field.upper() if field in BARE else PREFIX + field.upper()


def defaults() -> dict[str, str]:
    """Return the default of every setting by its name, as the page writes it."""
    return {name_of_setting(name): written(field) for name, field in FIELDS.items()}


def written(field: msgspec.structs.FieldInfo) -> str:
    if field.default in (None, "", msgspec.NODEFAULT):
        return "none"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return f"`{field.default}`"


def disagreements(page: str, known: dict[str, str]) -> list[str]:
    """Return settings the page lacks, invents, explains with nothing, or gives another default."""
    rows = {name: (meaning, default) for name, meaning, default in ROW.findall(page)}
    wrong = [f"{name} is not explained" for name in known if name not in rows]
    wrong += [f"{name} is no setting" for name in rows if name not in known]
    for name, (meaning, default) in rows.items():
        if name in known and not default.startswith(known[name]):
            wrong.append(f"{name} is {known[name]}, not {default}")
        if len(meaning) < 12:
            wrong.append(f"{name} has no explanation")
    return wrong


def test_every_setting_is() -> None:
    assert disagreements((ROOT / "docs" / "running.md").read_text(), defaults()) == []


def test_a_disagreement_is_found() -> None:
    page = "| `PORT` | the port pages are served at | `8000` |\n"
    assert disagreements(page, {"PORT": "`8000`"}) == []
    assert disagreements(page, {"PORT": "`80`"}) == ["PORT is `80`, not `8000`"]
    assert disagreements(page, {}) == ["PORT is no setting"]
    assert disagreements("", {"PORT": "`80`"}) == ["PORT is not explained"]
