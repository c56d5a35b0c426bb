"""The tour names every folder of the product, and no folder that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("participation", "services")


def named(tour: str) -> set[str]:
    """Return the folders a tour's table names."""
    rows = [line.split("|")[1] for line in tour.splitlines() if line.startswith("| `")]
    return {name.rstrip("/") for row in rows for name in re.findall(r"`([\w./-]+/)`", row)}


def differences(tour: str, folders: set[str], there: set[str]) -> list[str]:
    missing = [f"{name} has no line" for name in sorted(folders - named(tour))]
    return missing + [f"{name} is not there" for name in sorted(named(tour) - there)]


def test_the_tour_is_complete() -> None:
    found = [p for folder in FOLDERS for p in (ROOT / folder).glob("**/__init__.py")]
    wanted = {p.parent.relative_to(ROOT).as_posix() for p in found} - set(FOLDERS)
    there = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("*") if p.is_dir()}
    there |= {p.relative_to(ROOT).as_posix() for p in ROOT.glob("*/*") if p.is_dir()}
    there |= wanted
    assert not differences((ROOT / "docs" / "tour.md").read_text(), wanted, there)


def test_a_forgotten_folder_is_found() -> None:
    assert differences("| `services/db/` | x |", {"services/db", "services/new"}, {"services/db"})
    assert differences("| `services/gone/` | x |", set(), {"services/db"})
