"""Picture work and walks over the disk are done while nobody's turn to write is held."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import FileStorage

from services import clock, media, web
from services.db import Session, unit_of_work
from services.media.store import Store
from services.media.sweeping import sweep
from tests.flows.test_report_to_answer import photo


def test_picture_work_within_a_writing_transaction_is_refused(app: Flask) -> None:
    upload, name = photo()
    with app.test_request_context("/", method="POST"):
        (known,) = media.accept_uploads([FileStorage(upload, filename=name)], 1)
        web.session().execute(sa.text("SELECT 1"))
        upload.seek(0)
        with pytest.raises(RuntimeError, match="do it before"):
            media.accept_uploads([FileStorage(upload, filename=name)], 1)
        with pytest.raises(RuntimeError, match="do it before"):
            media.redact(known, [(0.1, 0.1, 0.2, 0.2)], by="clerk")
        web.session().rollback()
        assert media.redact(known, [(0.1, 0.1, 0.2, 0.2)], by="clerk") != known


def old_pictures(root: Path, many: int) -> list[str]:
    names = [f"{number:064x}" for number in range(many)]
    for name in names:
        path = root / name[:2] / f"{name}.large.webp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        past = (clock.now() - timedelta(days=3)).timestamp()
        os.utime(path, (past, past))
    return names


def test_the_sweeper_looks_before_it_takes_its_turn(engine: sa.Engine, tmp_path: Path) -> None:
    names = old_pictures(tmp_path, 3)
    asked: list[list[str]] = []

    def holder(session: Session, hashes: Sequence[str], _at: datetime) -> set[str]:
        session.execute(sa.text("SELECT 1"))
        asked.append(list(hashes))
        if len(asked) == 1:
            # Somebody else writes meanwhile, and does not wait.
            with unit_of_work(engine) as other:
                other.execute(sa.text("UPDATE person SET language = language"))
            return {names[0]}
        # And what came to be held since the first look stays.
        return {names[1]}

    with unit_of_work(engine) as session:
        sweep(Store(tmp_path), [holder], session, clock.now())
    assert asked == [names, names[1:]]
    left = {path.name.split(".")[0] for path in tmp_path.glob("*/*")}
    assert left == {names[0], names[1]}
