"""Deleting the pictures nobody holds: never attached, replaced, or past their time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from services.db import Session
from services.media.store import HASH, Store

Holder = Callable[[Session, Sequence[str], datetime], set[str]]
UNHELD = timedelta(days=1)
AT_ONCE = 500


def sweep(store: Store, holders: Sequence[Holder], session: Session, at: datetime) -> None:
    """Delete every picture a day old that no holder claims, and what a crash left half-written.

    A holder is asked (session, hashes, at) and returns those it still needs. Without any holder
    nothing is deleted: then nobody could have said what is needed.
    """
    if not holders:
        return
    for folder in store.folders():
        old = _old(folder, at)
        names = sorted({path.name.split(".")[0] for path in old})
        hashes = [name for name in names if HASH.match(name)]
        held = _held(holders, session, hashes, at)
        for path in old:
            # A picture may have come again since it was listed.
            if path.name.split(".")[0] not in held and _is_old(path, at):
                path.unlink(missing_ok=True)


def _held(holders: Sequence[Holder], session: Session, hashes: list[str], at: datetime) -> set[str]:
    held: set[str] = set()
    for start in range(0, len(hashes), AT_ONCE):
        for ask in holders:
            held |= ask(session, hashes[start : start + AT_ONCE], at)
    return held


def _old(folder: Path, at: datetime) -> list[Path]:
    return [path for path in folder.iterdir() if _is_old(path, at)]


def _is_old(path: Path, at: datetime) -> bool:
    try:
        return path.stat().st_mtime < (at - UNHELD).timestamp()
    except FileNotFoundError:
        return False
