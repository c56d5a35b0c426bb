"""Deleting the pictures nobody holds: never attached, replaced, or past their time."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from services.db import Session, reading_session
from services.media.store import HASH, Store

Holder = Callable[[Session, Sequence[str], datetime], set[str]]
log = logging.getLogger(__name__)
UNHELD = timedelta(days=1)
AT_ONCE = 500


def sweep(store: Store, holders: Sequence[Holder], session: Session, at: datetime) -> None:
    """Delete every picture a day old that no holder claims, and what a crash left half-written.

    A holder is asked (session, hashes, at) and returns those it still needs. Without any holder
    nothing is deleted: then nobody could have said what is needed.
    """
    if not holders:
        return
    bound = session.get_bind()
    assert isinstance(bound, Engine)
    loose: dict[str, list[Path]] = {}
    with reading_session(bound) as reading:
        for folder in store.folders():
            loose |= _unheld(holders, reading, _named(_old(folder, at)), at)
    # Only now the writer's turn is taken, for the few that nobody seemed to hold: until they are
    # gone, nobody can come to hold one.
    for name, paths in (_unheld(holders, session, loose, at) if loose else {}).items():
        for path in paths:
            # A picture may have come again since it was listed.
            if _is_old(path, at):
                log.debug("%s is held by nobody", name)
                path.unlink(missing_ok=True)


def _named(paths: list[Path]) -> dict[str, list[Path]]:
    named: dict[str, list[Path]] = {}
    for path in paths:
        named.setdefault(path.name.split(".")[0], []).append(path)
    return named


def _unheld(
    holders: Sequence[Holder], session: Session, named: dict[str, list[Path]], at: datetime
) -> dict[str, list[Path]]:
    """Return those no holder claims; what is no picture's name no holder is asked about."""
    hashes = sorted(name for name in named if HASH.match(name))
    held: set[str] = set()
    for start in range(0, len(hashes), AT_ONCE):
        for ask in holders:
            held |= ask(session, hashes[start : start + AT_ONCE], at)
    return {name: paths for name, paths in named.items() if name not in held}


def _old(folder: Path, at: datetime) -> list[Path]:
    return [path for path in folder.iterdir() if _is_old(path, at)]


def _is_old(path: Path, at: datetime) -> bool:
    try:
        return path.stat().st_mtime < (at - UNHELD).timestamp()
    except FileNotFoundError:
        return False
