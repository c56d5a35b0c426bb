"""My data: a switch for each purpose, and an act of a purpose's own domain is a yes too."""

import base64
from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from services import push
from services.auth import Actor
from services.db import Session, unit_of_work
from services.privacy.models import Consent
from tests.conftest import AT
from tests.pages import Pages
from tests.people import JUN, MINJI

Visit = Callable[[Actor | None], Pages]


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def offer() -> dict[str, object]:
    """Return what a browser says when its person turned notices on."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    kind = serialization.PublicFormat.UncompressedPoint
    raw = point.public_bytes(serialization.Encoding.X962, kind)
    return {
        "endpoint": "https://127.0.0.1:9/one",
        "keys": {"p256dh": text(raw), "auth": text(b"s" * 16)},
        "label": "Firefox, Linux",
    }


def turn_on(pages: Pages) -> str:
    pages.get("/me/data")
    answer = pages.client.post(
        "/push/subscriptions", json=offer(), headers={"X-CSRF-Token": pages.token}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def refresh(pages: Pages, key: str) -> int:
    """Say what a browser says by itself now and then, and return the answer's status."""
    pages.get("/me/data")
    headers = {"X-CSRF-Token": pages.token, "Accept": "application/json"}
    path = f"/push/subscriptions/{key}/refresh"
    return pages.client.post(path, json=offer(), headers=headers).status_code


def rows(app: Flask) -> list[tuple[str, bool]]:
    with Session(app.extensions["engine"]) as session:
        found = session.scalars(sa.select(Consent).order_by(Consent.given_at))
        return [(one.purpose, one.withdrawn_at is None) for one in found]


def browsers(app: Flask, person_id: UUID | None) -> int:
    assert person_id is not None
    with Session(app.extensions["engine"]) as session:
        return len(push.subscriptions_of(session, person_id))


def test_turning_notices_on_in_a_browser_is_a_yes(app: Flask, visit: Visit) -> None:
    pages = visit(MINJI)
    assert 'aria-checked="false"' in pages.get("/me/data")
    turn_on(pages)
    turn_on(pages)
    assert rows(app) == [("push", True)]
    assert 'aria-checked="true"' in pages.get("/me/data")


def test_a_refused_act_is_no_yes(app: Flask, visit: Visit) -> None:
    pages = visit(MINJI)
    pages.get("/me/data")
    headers = {"X-CSRF-Token": pages.token}
    assert pages.client.post("/push/subscriptions", json={}, headers=headers).status_code == 422
    assert rows(app) == []


def test_what_a_browser_says_by_itself_is_no_yes(app: Flask, visit: Visit) -> None:
    pages, jun = visit(MINJI), visit(JUN)
    key = turn_on(pages)
    assert refresh(pages, key) == 204
    assert refresh(jun, key) == 404
    pages.post("/me/data/push", give="0")
    assert [refresh(one, key) for one in (pages, jun)] == [404, 404]
    assert rows(app) == [("push", False)]
    assert [browsers(app, one.id) for one in (MINJI, JUN)] == [0, 0]
    assert refresh(pages, "x") == 404


def test_the_switch_deletes_the_browsers(app: Flask, visit: Visit) -> None:
    pages = visit(MINJI)
    turn_on(pages)
    assert browsers(app, MINJI.id) == 1
    with unit_of_work(app.extensions["engine"]) as session:
        notice = push.Notice("Fixed", "A lamp", "/reports/1", "report-1", "status")
        push.enqueue(session, [MINJI.id], notice, at=AT)
    assert pages.post("/me/data/push", give="0").location == "/me/data"
    assert browsers(app, MINJI.id) == 0
    with Session(app.extensions["engine"]) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(push.PushMessage)) == 0
    assert rows(app) == [("push", False)]
    assert 'aria-checked="false"' in pages.get("/me/data")


def test_the_switch_leads_to_where_a_yes_becomes_something(app: Flask, visit: Visit) -> None:
    assert visit(MINJI).post("/me/data/push", give="1").location == "/me/notifications"
    assert rows(app) == [("push", True)]


def test_odd_wishes_change_nothing(app: Flask, visit: Visit) -> None:
    pages = visit(MINJI)
    pages.post("/me/data/push", expect=422, give="perhaps")
    pages.post("/me/data/other", expect=404, give="1")
    visit(None).post("/me/data/push", expect=303, give="1")
    assert rows(app) == []


def test_receipts_are_in_the_file(visit: Visit) -> None:
    pages = visit(MINJI)
    pages.post("/me/data/push", give="1")
    held = pages.client.get("/me/export").json
    assert held is not None
    (one,) = held["consents"]["consents"]
    assert (one["purpose"], len(one["receipt"])) == ("push", 64)
