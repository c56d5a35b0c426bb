"""The script that everyone can download checks a real city over HTTP, with Python alone."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from participation.reports import actions
from participation.reports.history.models import HistoryStep
from participation.reports.models import Report
from participation.reports.rules import Status
from services.db import Session, unit_of_work
from tests.conftest import AT
from tests.participation.reports.history.older_forms import in_form
from tests.people import SOYEON


@pytest.fixture
def city(app: Flask, story: sa.Engine) -> Iterator[str]:
    """The address of a city with one report."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def script(app: Flask, tmp_path: Path) -> Path:
    """The script as it is downloaded."""
    answer = app.test_client().get("/reports/verify.py")
    assert "attachment" in answer.headers["Content-Disposition"]
    path = tmp_path / "verify.py"
    path.write_bytes(answer.data)
    return path


def run(script: Path, *words: str) -> tuple[int, str]:
    """Run it as a stranger would: no packages, nothing of ours on its path."""
    command = [sys.executable, "-I", "-S", str(script), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=script.parent, check=False)
    return done.returncode, done.stdout + done.stderr


def address(engine: sa.Engine, city: str) -> str:
    with Session(engine) as session:
        return f"{city}/reports/{session.scalars(sa.select(Report.id)).one()}"


def test_a_whole_city_and_a_report_are_intact(city: str, script: Path, story: sa.Engine) -> None:
    code, said = run(script, "--keep", "heads.txt", city)
    assert (code, "Intact: 5 steps" in said) == (0, True)
    code, said = run(script, "--keep", "heads.txt", address(story, city))
    assert (code, "온전해요" in said) == (0, True)
    assert len((script.parent / "heads.txt").read_text().split()) == 2


def test_a_changed_word_is_told(city: str, script: Path, story: sa.Engine) -> None:
    with story.begin() as connection:
        connection.exec_driver_sql("UPDATE report_entry SET text = 'x' WHERE kind = 'disputed'")
    code, said = run(script, address(story, city))
    assert (code, "shows other words" in said) == (1, True)


def test_a_moved_promise_is_told(city: str, script: Path, story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        session.execute(sa.update(Report).values(promised_at=AT + timedelta(days=90)))
    code, said = run(script, city)
    assert (code, "is shown with promised 2027-01-31" in said) == (1, True)


def test_a_changed_kind_is_told(city: str, script: Path, story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        session.execute(sa.update(Report).values(category="water"))
    code, said = run(script, address(story, city))
    assert (code, "shown with category water; its story says litter" in said) == (1, True)


@pytest.mark.parametrize("form", [1, 2])
def test_a_chain_from_before_is_intact_and_told_to_prove_less(
    city: str, script: Path, story: sa.Engine, form: int
) -> None:
    in_form(story, form)
    code, said = run(script, city)
    assert (code, "of 1 reports is sealed" in said) == (0, True)
    at = AT + timedelta(days=1)
    with unit_of_work(story) as session:
        row = session.scalars(sa.select(Report)).one()
        actions.answer_report(session, SOYEON, row, Status.CLOSED, "끝", at=at)
    code, said = run(script, address(story, city))
    assert (code, "Not all" in said, "Intact: 6 steps" in said) == (0, False, True)


def test_a_tail_cut_off_is_told_by_the_kept_head(city: str, script: Path, story: sa.Engine) -> None:
    assert run(script, "--keep", "heads.txt", city)[0] == 0
    with unit_of_work(story) as session:
        session.execute(sa.delete(HistoryStep).where(HistoryStep.seq >= 4))
        # And all is shown as if the dispute had never been.
        as_was = {"due_at": Report.promised_at, "ended_at": AT + timedelta(hours=2)}
        session.execute(sa.update(Report).values(as_was))
    assert run(script, city)[0] == 0
    code, said = run(script, "--keep", "heads.txt", city)
    assert (code, "a head you kept" in said) == (1, True)


def test_downloaded_files_are_checked_without_a_line(
    script: Path, app: Flask, story: sa.Engine
) -> None:
    client, folder = app.test_client(), script.parent
    paths = {"story": address(story, "") + "/history.json"}
    paths |= {"steps": "/reports/history/steps.json", "heads": "/reports/history/heads.json"}
    for name, path in paths.items():
        (folder / f"{name}.json").write_bytes(client.get(path).data)
    names = [f"{name}.json" for name in paths]
    assert run(script, *names)[0] == 0
    told = json.loads((folder / "story.json").read_text())
    told["steps"][2]["status"] = "closed"
    (folder / "story.json").write_text(json.dumps(told))
    code, said = run(script, "story.json")
    assert (code, "was changed" in said) == (1, True)


@pytest.mark.parametrize("words", [["nowhere.json"], ["ftp://city.example.org"], ["verify.py"]])
def test_what_cannot_be_read_is_neither_intact_nor_broken(script: Path, words: list[str]) -> None:
    code, said = run(script, *words)
    assert (code, "cannot be checked" in said) == (2, True)


def test_a_report_nobody_may_see_has_no_public_history(app: Flask, story: sa.Engine) -> None:
    with unit_of_work(story) as session:
        session.execute(sa.update(Report).values(status="rejected"))
    assert app.test_client().get(address(story, "") + "/history.json").status_code == 404


def test_steps_come_in_pages_and_odd_cursors_begin_anew(app: Flask, story: sa.Engine) -> None:
    client = app.test_client()
    for after, count in (("", 5), ("3", 2), ("5", 0), ("x", 5), ("-1", 5), ("9" * 40, 5)):
        told = client.get(f"/reports/history/steps.json?after={after}").get_json()
        assert (len(told["steps"]), told["next"]) == (count, None)


def test_the_page_says_how_in_plain_words(app: Flask, story: sa.Engine) -> None:
    client = app.test_client()
    words = [("ko", "고칠 수 없는 기록"), ("en", "History that stays as it was")]
    words += [("ko", "합쳐진 신고도 함께 봉인해요"), ("en", "was joined into are sealed too")]
    for lang, word in words:
        client.set_cookie("lang", lang)
        assert word in client.get("/reports/history").text
