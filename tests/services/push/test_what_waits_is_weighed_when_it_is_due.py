"""A notice that waited says what is so when it rings; what is so no more rings nowhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from services.config import Settings
from services.db import Session, unit_of_work
from services.push import Ground, Hours, Notice, PushMessage, PushSubscription, Sender, enqueue
from services.push.messages import Class
from services.push.quiet import set_quiet_hours
from services.registry import Held
from tests.conftest import AT
from tests.people import MINJI
from tests.pushservice import Answer, Browser, PushService
from tests.services.push.conftest import NOTICE

KEY = uuid4()
UPON = msgspec.structs.replace(NOTICE, upon=Ground("lamps", (KEY,)))
# At AT it is six in the evening in the city.
NIGHT, LATE, MORNING = Hours(17 * 60, 7 * 60), AT + timedelta(hours=1), AT + timedelta(hours=13)


class Lamps:
    """Whoever told of the lamps, and is asked again."""

    def __init__(self) -> None:
        self.asked: list[tuple[UUID, tuple[UUID, ...], datetime]] = []
        self.left = True
        self.title = ""
        self.broken = False

    def weigh(self, session: Session, held: Held, at: datetime) -> Held | None:
        self.asked.append((held.person_id, tuple(held.keys), at))
        if self.broken:
            session.execute(sa.text("SELECT no_such_column"))
        if not self.left:
            return None
        return replace(held, title=self.title) if self.title else held


@pytest.fixture
def lamps() -> Lamps:
    return Lamps()


@pytest.fixture
def sender(engine: sa.Engine, settings: Settings, lamps: Lamps) -> Iterator[Sender]:
    made = Sender(engine, settings, {"lamps": lamps.weigh})
    yield made
    made.close()


@pytest.fixture
def tell(engine: sa.Engine, browser: Browser) -> Callable[..., None]:
    def told(notice: Notice = UPON) -> None:
        with unit_of_work(engine) as session:
            enqueue(session, [UUID(str(MINJI.id))], notice, at=AT)

    return told


def said(service: PushService) -> list[str]:
    return [message.plain["notification"]["title"] for message in service.arrived]


def test_what_is_so_no_more_is_emptied_and_blames_no_browser(
    engine: sa.Engine, service: PushService, sender: Sender, lamps: Lamps, tell: Callable[..., None]
) -> None:
    tell()
    lamps.left = False
    sender.send_due(AT)
    assert service.arrived == []
    assert lamps.asked == [(MINJI.id, (KEY,), AT)]
    with Session(engine) as session:
        row = session.scalars(sa.select(PushMessage)).one()
        assert (row.state, row.error, row.body) == ("dead", "withdrawn", b"")
        assert session.scalars(sa.select(PushSubscription.failures)).all() == [0]
    # Its place at the push service is free again.
    lamps.left = True
    for _ in range(30):
        tell()
    sender.send_due(AT)
    assert len(service.arrived) == 30


def test_what_waits_for_the_morning_is_weighed_in_the_morning(
    engine: sa.Engine, service: PushService, sender: Sender, lamps: Lamps, tell: Callable[..., None]
) -> None:
    with unit_of_work(engine) as session:
        set_quiet_hours(session, UUID(str(MINJI.id)), NIGHT, at=AT)
    tell()
    lamps.left = False
    sender.send_due(LATE)
    assert lamps.asked == []
    lamps.left, lamps.title = True, "가로등 둘"
    sender.send_due(MORNING)
    assert said(service) == ["가로등 둘"]


def test_what_is_tried_again_is_weighed_again(
    service: PushService, sender: Sender, lamps: Lamps, tell: Callable[..., None]
) -> None:
    service.answers.append(Answer(429, {"Retry-After": "120"}))
    tell()
    sender.send_due(AT)
    tried = len(service.arrived)
    lamps.left = False
    sender.send_due(AT + timedelta(seconds=150))
    assert (len(service.arrived), len(lamps.asked)) == (tried, 2)


def test_upon_what_it_was_told_stays_here(
    service: PushService, sender: Sender, tell: Callable[..., None]
) -> None:
    tell()
    tell(NOTICE)
    sender.send_due(AT)
    weighed, plain = (message.plain for message in service.arrived)
    assert weighed.keys() == plain.keys()
    assert weighed["notification"] == plain["notification"]


def test_an_emergency_is_never_muted(
    service: PushService, sender: Sender, lamps: Lamps, tell: Callable[..., None]
) -> None:
    lamps.left = False
    urgency: Class
    for urgency in ("emergency", "prompt"):
        tell(msgspec.structs.replace(UPON, title=urgency, urgency_class=urgency))
    sender.send_due(AT)
    assert said(service) == ["emergency"]


@pytest.mark.parametrize("upon", [None, Ground("trees", (KEY,))])
def test_what_nobody_weighs_rings(
    service: PushService,
    sender: Sender,
    lamps: Lamps,
    tell: Callable[..., None],
    upon: Ground | None,
) -> None:
    lamps.left = False
    tell(msgspec.structs.replace(NOTICE, upon=upon))
    sender.send_due(AT)
    assert (said(service), lamps.asked) == ([NOTICE.title], [])


def test_a_weighing_that_fails_mutes_nothing(
    service: PushService,
    sender: Sender,
    lamps: Lamps,
    tell: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    lamps.broken = True
    tell()
    sender.send_due(AT)
    assert said(service) == [NOTICE.title]
    assert "could not be weighed" in caplog.text
