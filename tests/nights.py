"""A person's quiet hours around now, a browser of theirs, and what rings there once they end."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from flask import Flask

from services import clock
from services.auth import Actor
from services.db import unit_of_work
from services.push import Hours, Sender, set_quiet_hours
from services.push.subscriptions import Offer, subscribe
from tests.people import MINJI
from tests.pushservice import PushService

SOON, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Night:
    """Quiet hours that began an hour ago and end in an hour; the application's own sender."""

    def __init__(self, app: Flask, service: PushService, who: Actor = MINJI) -> None:
        self.engine, self.zone = app.extensions["engine"], app.extensions["settings"].timezone
        self.sender: Sender = app.extensions["push"]
        self.service, self.whose = service, UUID(str(who.id))
        browser = service.subscribe(self.sender.vapid.public_key())
        offer = msgspec.convert(browser.offer(), Offer)
        with unit_of_work(self.engine) as session:
            subscribe(session, self.whose, offer, allow_private=True, at=clock.now())

    def falls(self) -> None:
        """Let it begin: what waits already, and what is told from now on, waits for its end."""
        local = clock.now().astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        hours = Hours((minute - 60) % 1440, (minute + 60) % 1440)
        with unit_of_work(self.engine) as session:
            set_quiet_hours(session, self.whose, hours, at=clock.now())
        self.put_off()

    def put_off(self) -> None:
        """Let the sender look at what is due, and find that nobody is to be rung now."""
        rung = len(self.service.arrived)
        self.sender.send_due(clock.now() + SOON)
        assert len(self.service.arrived) == rung

    def morning(self) -> list[tuple[str, str]]:
        """Return what rings once it is over, as (title, body)."""
        rung = len(self.service.arrived)
        self.sender.send_due(clock.now() + HOUR + SOON)
        told = [message.plain["notification"] for message in self.service.arrived[rung:]]
        return [(one["title"], one["body"]) for one in told]
