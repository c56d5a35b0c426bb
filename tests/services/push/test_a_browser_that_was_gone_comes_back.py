"""A push service that gives an address up ends no yes: the browser says its new one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services import clock
from services.auth import Actor
from services.db import reading_session, unit_of_work
from services.push import PushSubscription, Sender, enqueue, gone, reached
from services.push.subscriptions import MOST, export_of
from tests.conftest import AT
from tests.pages import Pages
from tests.people import JUN, MINJI
from tests.pushservice import Browser, PushService
from tests.services.push.conftest import NOTICE
from tests.services.push.test_a_lost_phone_is_told_nothing import refresh, sign_in_of, turn_on

Visit = Callable[[Actor | None], Pages]
Lost = tuple[Pages, str, dict[str, Any]]


def rows(engine: sa.Engine) -> list[PushSubscription]:
    with reading_session(engine) as session:
        return list(session.scalars(sa.select(PushSubscription)))


def told(engine: sa.Engine, at: datetime) -> int:
    with unit_of_work(engine) as session:
        return enqueue(session, [UUID(str(MINJI.id))], NOTICE, at=at)


def loses(browser: Browser, engine: sa.Engine, sender: Sender) -> None:
    """Let the push service say that it knows the browser no more."""
    browser.gone = True
    now = clock.now()
    told(engine, now)
    sender.send_due(now)


@pytest.fixture
def lost(visit: Visit, service: PushService, engine: sa.Engine, sender: Sender) -> Lost:
    """Minji's phone, which was told until its push service gave it up."""
    browser = service.subscribe()
    pages, offer = visit(MINJI), browser.offer()
    key = turn_on(pages, offer)
    loses(browser, engine, sender)
    return pages, key, offer


def test_it_is_told_again_from_its_next_visit_on(
    lost: Lost, service: PushService, engine: sa.Engine, sender: Sender
) -> None:
    pages, key, _ = lost
    fresh = service.subscribe()
    assert refresh(pages, key, fresh.offer()) == 204
    [row] = rows(engine)
    assert (str(row.id), row.endpoint, row.gone_at) == (key, fresh.endpoint, None)
    now = clock.now()
    assert told(engine, now) == 1
    sender.send_due(now)
    assert [one.token for one in service.arrived] == [fresh.token]


def test_until_then_it_is_told_nothing_and_its_address_is_kept_nowhere(
    lost: Lost, engine: sa.Engine
) -> None:
    pages, key, offer = lost
    [row] = rows(engine)
    assert (row.p256dh, row.auth) == ("", "")
    assert offer["endpoint"] not in row.endpoint
    assert told(engine, AT) == 0
    person = UUID(str(MINJI.id))
    with reading_session(engine) as session:
        assert reached(session, [person]) == frozenset()
        [browser] = export_of(session, person)["browsers"]
    assert browser["gone_since"]
    page = pages.get("/me/notifications")
    assert f'data-browser="{key}"' not in page
    pages.post(f"/push/subscriptions/{key}/remove")
    assert rows(engine) == []


def test_its_worker_alone_brings_it_back_too(
    lost: Lost, visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    _, key, old = lost
    fresh = service.subscribe().offer()
    forged = old | {"keys": old["keys"] | {"auth": ""}}
    marked = forged | {"endpoint": rows(engine)[0].endpoint}
    worker = visit(None).client
    for other in (forged, marked):
        answer = worker.post("/push/renewals", json={"old": other, "fresh": fresh})
        assert answer.status_code == 404
    own = {"old": old, "fresh": fresh}
    assert visit(JUN).client.post("/push/renewals", json=own).status_code == 404
    assert worker.post("/push/renewals", json=own).status_code == 204
    assert [(str(row.id), row.endpoint) for row in rows(engine)] == [(key, fresh["endpoint"])]


def test_the_address_that_is_gone_is_not_taken_again(lost: Lost, engine: sa.Engine) -> None:
    pages, key, offer = lost
    assert refresh(pages, key, offer) == 409
    headers = {"X-CSRF-Token": pages.token, "Accept": "application/json"}
    again = pages.client.post("/push/subscriptions", json=offer, headers=headers)
    assert again.status_code == 409
    assert [row.gone_at is None for row in rows(engine)] == [False]


def test_a_new_yes_there_takes_its_place(
    lost: Lost, service: PushService, engine: sa.Engine
) -> None:
    key = turn_on(lost[0], service.subscribe().offer())
    assert [(str(row.id), row.gone_at) for row in rows(engine)] == [(key, None)]


@pytest.mark.parametrize("how", ["signed out", "signed out elsewhere", "taken back", "removed"])
def test_what_its_person_ended_stays_so(
    how: str, lost: Lost, visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    pages, key, _ = lost
    desk = visit(MINJI)
    path, form = {
        "signed out": (f"/me/sessions/{sign_in_of(pages, engine)}/revoke", {}),
        "signed out elsewhere": ("/me/sessions/others/revoke", {}),
        "taken back": ("/me/data/push", {"give": "0"}),
        "removed": (f"/push/subscriptions/{key}/remove", {}),
    }[how]
    desk.post(path, **form)
    assert rows(engine) == []
    assert refresh(desk, key, service.subscribe().offer()) == 404


def test_it_is_nobody_elses(
    lost: Lost, visit: Visit, service: PushService, engine: sa.Engine
) -> None:
    assert refresh(visit(JUN), lost[1], service.subscribe().offer()) == 404


def test_after_sixty_days_it_is_forgotten(lost: Lost, engine: sa.Engine) -> None:
    [row] = rows(engine)
    assert row.gone_at is not None
    for wait, left in ((gone.REMEMBERED, 1), (gone.REMEMBERED + timedelta(seconds=1), 0)):
        with unit_of_work(engine) as session:
            gone.forget(session, row.gone_at + wait)
        assert len(rows(engine)) == left


def test_an_answer_about_the_address_before_ends_nothing(
    engine: sa.Engine, service: PushService, browser: Browser
) -> None:
    with unit_of_work(engine) as session:
        row = session.scalars(sa.select(PushSubscription)).one()
        session.expunge(row)
        session.execute(sa.update(PushSubscription).values(endpoint=service.subscribe().endpoint))
        assert not gone.reap(session, row, AT)
    assert [row.gone_at for row in rows(engine)] == [None]


def test_it_is_the_first_to_make_room(
    engine: sa.Engine, service: PushService, sender: Sender, keep: Callable[..., UUID]
) -> None:
    first = service.subscribe()
    gone_key = keep(first, MINJI, clock.now())
    loses(first, engine, sender)
    keys = {keep(service.subscribe()) for _ in range(MOST)}
    assert gone_key not in keys
    assert {row.id for row in rows(engine)} == keys
