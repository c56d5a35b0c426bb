"""Web Push: notices kept as rows, sent at least once, shown by the service worker."""

from flask import Flask

from services.config import Settings
from services.jobs import Job
from services.push import ahead, gone, views
from services.push.messages import (
    Choice,
    Ground,
    Notice,
    enqueue,
    enqueue_each,
    prune,
    shown_to,
    unheard,
    withdraw,
)
from services.push.models import PushMessage, PushSubscription
from services.push.quiet import Hours, quiet_hours_of, set_quiet_hours
from services.push.sender import Sender
from services.push.subscriptions import (
    end_signed_out,
    erase_of,
    export_of,
    reached,
    subscriptions_of,
)
from services.registry import Holding, PrivacyHook, Registry

HOUR_S = 3600

__all__ = [
    "Choice",
    "Ground",
    "Hours",
    "Notice",
    "PushMessage",
    "PushSubscription",
    "Sender",
    "enqueue",
    "enqueue_each",
    "install",
    "quiet_hours_of",
    "reached",
    "set_quiet_hours",
    "shown_to",
    "subscriptions_of",
    "unheard",
    "withdraw",
]

HOLDING = Holding(
    "bell",
    "Browsers that are told",
    "the notification service of each browser",
    "until you take it back",
    {"browsers": "Browsers", "quiet": "Quiet hours"},
)


def install(app: Flask, registry: Registry, settings: Settings) -> None:
    """Give `app` its push pages and the loop that sends what is due."""
    sender = Sender(app.extensions["engine"], settings, registry.weighs)
    app.extensions["push"] = sender
    app.register_blueprint(views.pages)
    app.jinja_env.globals |= {
        "push_browsers": views.browsers,
        "push_gone": views.gone_browsers,
        "push_mark": views.mark,
        "push_quiet": views.quiet,
    }
    tables = frozenset({"push_subscription", "push_message", "quiet_hours"})
    registry.privacy.append(PrivacyHook("push", HOLDING, tables, export_of, erase_of))
    registry.signed_out.append(end_signed_out)
    registry.jobs.append(Job("push.prune", HOUR_S, prune))
    registry.jobs.append(Job("push.forget-gone", HOUR_S, gone.forget))
    registry.jobs.append(Job("push.put-right", ahead.EVERY_S, ahead.put_right))
    app.extensions.setdefault("background", []).append(sender.run)
    app.extensions.setdefault("endings", []).append(sender.close)
