"""What is found in quiet hours waits until they end, and is told once; so is the daily digest."""

import email
import email.policy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts.models import Person
from participation.alerts import actions
from participation.alerts.models import Alert
from participation.alerts.queries import Times
from participation.alerts.rules import Way
from services import clock
from services.config import Settings
from services.db import unit_of_work
from services.letters import send_due
from tests.participation.alerts.conftest import Street
from tests.people import MINJI

Turn = Callable[[], int]
ZONE = "Asia/Seoul"


def around_now() -> Times:
    """Quiet hours that began an hour ago and end in an hour."""
    local = clock.now().astimezone(ZoneInfo(ZONE))
    minute = local.hour * 60 + local.minute
    return Times((minute - 60) % 1440, (minute + 60) % 1440, (local.hour + 1) % 24)


def keep(street: Street, times: Times) -> None:
    with unit_of_work(street.engine) as session:
        actions.set_times(session, MINJI, times, ZONE, at=clock.now())


def test_a_notice_waits_until_the_quiet_hours_end(
    street: Street, turn: Turn, tell: Callable[..., None]
) -> None:
    keep(street, around_now())
    street.follow(MINJI)
    street.report()
    turn()
    assert street.notices() == []
    tell(clock.now() + timedelta(minutes=58))
    assert street.notices() == []
    for _ in range(2):
        tell(clock.now() + timedelta(minutes=62))
        assert len(street.notices()) == 1


def test_many_that_waited_become_one_notice(
    street: Street, turn: Turn, tell: Callable[..., None]
) -> None:
    keep(street, around_now())
    street.follow(MINJI)
    for text in ("one", "two", "three"):
        street.report(text=text)
    turn()
    tell(clock.now() + timedelta(minutes=62))
    [notice] = street.notices()
    assert "3건" in notice.body.decode()


def test_quiet_hours_taken_back_let_go_what_waits(
    street: Street, turn: Turn, tell: Callable[..., None]
) -> None:
    keep(street, around_now())
    street.follow(MINJI)
    street.report()
    turn()
    keep(street, Times())
    tell(clock.now())
    assert len(street.notices()) == 1


def test_what_is_not_followed_any_more_is_not_told(
    street: Street, turn: Turn, tell: Callable[..., None]
) -> None:
    keep(street, around_now())
    key = street.follow(MINJI)
    street.report()
    turn()
    with unit_of_work(street.engine) as session:
        alert = session.get_one(Alert, key)
        actions.remove_alert(session, MINJI, alert, at=clock.now())
    tell(clock.now() + timedelta(hours=2))
    assert street.notices() == []


@pytest.fixture
def letters(app: Flask, settings: Settings) -> Callable[[], list[str]]:
    def read() -> list[str]:
        send_due(app.extensions["engine"], settings)
        found = sorted(Path(settings.data_dir / "mail").glob("*.eml"))
        made = [
            email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in found
        ]
        return [f"{m['To']}\n{m['Subject']}\n{m.get_content()}" for m in made]

    return read


def test_a_digest_gathers_a_day_in_one_letter_and_one_notice(
    street: Street,
    turn: Turn,
    tell: Callable[..., None],
    letters: Callable[[], list[str]],
    app: Flask,
) -> None:
    with unit_of_work(app.extensions["engine"]) as session:
        known = sa.update(Person).where(Person.id == MINJI.id)
        session.execute(known.values(email="minji@example.org"))
    street.follow(MINJI, way=Way.DIGEST)
    first, second = street.report(text="First lamp"), street.report(text="Second lamp")
    turn()
    assert (street.notices(), letters()) == ([], [])
    street.wait()
    for _ in range(2):
        tell(clock.now())
        turn()
        assert len(street.notices()) == 1
        [letter] = letters()
    assert letter.startswith("minji@example.org\n지켜보는 곳에서 있었던 일\n")
    for part in ("First lamp", "Second lamp", f"/reports/{first}", f"/reports/{second}"):
        assert letter.count(part) == 1
    assert "/me/places" in letter


def test_without_an_address_the_notice_alone_is_sent(
    street: Street, turn: Turn, tell: Callable[..., None], letters: Callable[[], list[str]]
) -> None:
    street.follow(MINJI, way=Way.DIGEST)
    street.report()
    turn()
    street.wait()
    tell(clock.now())
    turn()
    assert len(street.notices()) == 1
    assert letters() == []
