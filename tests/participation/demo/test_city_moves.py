"""`simulate` moves a running city through its public pages alone."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from participation.demo.jobs import Life
from participation.demo.rules import next_act
from participation.demo.visitor import Photo, Visitor
from tests import servers

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.madang(tmp_path_factory.mktemp("moving")) as url:
        yield url


def test_new_reports_and_answers_appear(city: str) -> None:
    before = requests.get(city + "/reports/", timeout=20).text
    life = Life(city, seed=3, per_minute=600)
    lines = list(life.acts(25, sleep=lambda _: None))
    assert len(lines) == 25
    assert life.done["report"] >= 3
    assert life.done["follow"] >= 1
    assert life.done["tend"] >= 3
    assert life.done["refused"] == 0, lines
    assert requests.get(city + "/reports/", timeout=20).text != before
    desk = Visitor(city, "hana").get("/console/audit")
    assert "answer_report" in desk
    assert "open_report" in desk


def test_it_runs_as_a_process_of_its_own(city: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "app", "city", "simulate"]
    options = ["--base-url", city, "--seed", "4", "--rate", "600", "--steps", "8"]
    env = servers.ENV | {"MADANG_DATA_DIR": str(tmp_path)}
    ran = subprocess.run(
        [*command, *options], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("done: ")


def test_it_waits_for_a_city_that_is_away() -> None:
    pauses: list[float] = []
    life = Life(f"http://127.0.0.1:{servers.free_port()}", seed=1, per_minute=600)
    lines = life.acts(1, sleep=pauses.append)
    told = [next(lines) for _ in range(7)]
    assert all("trying again" in line for line in told)
    assert pauses[1:7] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0]


class Looking(Visitor):
    """Someone of the team whose only case waits for a first look."""

    def cases(self) -> list[str]:
        return ["held-one"]

    def moves(self, report_id: str) -> list[str]:
        return ["open", "rejected"]

    def post(self, path: str, form: dict[str, str], photo: Photo | None = None) -> str:
        raise AssertionError(f"{path} was sent {form}")


def test_what_waits_for_a_first_look_is_left_to_people() -> None:
    life = Life("http://127.0.0.1", seed=1, per_minute=600)
    told = life._tend(Looking("http://127.0.0.1", "soyeon"), next_act(random.Random(1), 60), 1)
    assert told == "found the queue empty"
