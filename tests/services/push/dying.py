"""A sender in a process of its own, to be killed at any moment."""

from datetime import timedelta

from services.config import Settings
from services.db import make_engine
from services.push import Sender, sender


def send(settings: Settings, lease_s: float) -> None:
    """Send until killed; a claim lapses after `lease_s` seconds, so that the test need not wait."""
    sender.LEASE = timedelta(seconds=lease_s)
    Sender(make_engine(settings.database_url), settings).run(0.05)
