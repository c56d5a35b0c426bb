"""Web Push: notices kept as rows, sent at least once, shown by the service worker."""

import time

from flask import Flask

from services import clock
from services.config import Settings
from services.push import views
from services.push.messages import Notice, enqueue
from services.push.models import PushMessage, PushSubscription
from services.push.sender import Sender
from services.push.subscriptions import erase_of, export_of, subscriptions_of
from services.registry import PrivacyHook, Registry

PAUSE_S = 0.5

__all__ = [
    "Notice",
    "PushMessage",
    "PushSubscription",
    "Sender",
    "enqueue",
    "install",
    "subscriptions_of",
]


def install(app: Flask, registry: Registry, settings: Settings) -> None:
    """Give `app` its push pages and the loop that sends what is due."""
    sender = Sender(app.extensions["engine"], settings)
    app.extensions["push"] = sender
    app.register_blueprint(views.pages)
    tables = frozenset({"push_subscription", "push_message"})
    registry.privacy.append(PrivacyHook("push", tables, export_of, erase_of))

    def send_for_ever() -> None:
        while True:
            if sender.send_due(clock.now()) == 0:
                time.sleep(PAUSE_S)

    app.extensions.setdefault("background", []).append(send_for_ever)
