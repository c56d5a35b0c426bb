"""Two servers of the product, each with its own courier: a report goes from one to the other."""

import shutil
import signal
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from participation.reports.forwarding import actions as forwarding_actions
from participation.reports.forwarding.actions import BodyInput, OnwardInput
from participation.reports.forwarding.models import Forwarding, OutsideBody
from participation.reports.models import Report
from participation.reports.open311 import actions as open311_actions
from participation.reports.rules import Category, Status
from services.auth import STRANGER
from services.db import Session, make_engine, unit_of_work
from tests.conftest import AT
from tests.flows.processes import eventually, process
from tests.participation.reports.forwarding.conftest import Neighbour, Wire


class Here:
    """Our city: its database, and the key of whoever tells it of things."""

    def __init__(self, folder: Path, to: Wire, their_key: str) -> None:
        self.settings = {
            "DATABASE_URL": f"sqlite:///{folder / 'here.db'}",
            "MADANG_MODE": "test",
            "MADANG_PUSH_ALLOW_PRIVATE": "true",
            "MADANG_FORWARD_FOLLOW_S": "1",
            "MADANG_FORWARD_LOOK_S": "2",
        }
        self.engine = make_engine(self.settings["DATABASE_URL"])
        told = BodyInput("Next", f"http://127.0.0.1:{to.port}/open311/v2", api_key=their_key)
        with unit_of_work(self.engine) as session:
            self.key = open311_actions.issue_key(session, STRANGER, "App", at=AT)
            forwarding_actions.keep_body(session, STRANGER, told, "http://127.0.0.1:1", at=AT)
            body = session.scalars(sa.select(OutsideBody)).one()
            rule = OnwardInput(Category.WATER, "water")
            forwarding_actions.add_onward(session, STRANGER, body, rule, at=AT)

    def tell(self, address: str, count: int) -> None:
        for number in range(count):
            told = {"api_key": self.key, "service_code": "water", "description": f"Leak {number}"}
            told |= {"lat": "34.2", "long": "127.9"}
            url = f"{address}/open311/v2/requests.json"
            requests.post(url, data=told, timeout=30).raise_for_status()

    def states(self) -> list[str]:
        with Session(self.engine) as session:
            return list(session.scalars(sa.select(Forwarding.state)))

    def statuses(self) -> set[str]:
        with Session(self.engine) as session:
            return set(session.scalars(sa.select(Report.status)))


@pytest.fixture
def folder(tmp_path: Path, migrated_file: Path) -> Path:
    shutil.copy(migrated_file, tmp_path / "here.db")
    return tmp_path


def test_each_arrives_once_though_the_line_and_the_server_break(
    folder: Path, asleep: Neighbour
) -> None:
    wire = Wire(0)
    here = Here(folder, wire, asleep.key)
    count = 3
    with process("serve", folder, **here.settings) as ours:
        with process("serve", asleep.folder, **asleep.settings) as first:
            wire.to = first.port
            wire.cuts.add("answer")
            here.tell(ours.address, count)
            eventually(lambda: len(asleep.reports()) > 0, 30)
            first.stop(signal.SIGKILL)
        ours.stop(signal.SIGKILL)
    wire.cuts.clear()
    with (
        process("serve", asleep.folder, **asleep.settings) as second,
        process("serve", folder, **here.settings),
    ):
        wire.to = second.port
        with unit_of_work(here.engine) as session:
            # What was being carried is free again at once, not when its lease lapses.
            session.execute(sa.update(Forwarding).values(due_at=AT))
        eventually(lambda: here.states() == ["followed"] * count, 60)
        assert len(asleep.reports()) == count
        assert {report.text.partition("\n")[0] for report in asleep.reports()} == {
            f"Leak {number}" for number in range(count)
        }
        asleep.answer(Status.FIXED, "Mended")
        eventually(lambda: here.statuses() == {"fixed"}, 60)
        assert len(asleep.reports()) == count
    wire.close()
    here.engine.dispose()
