"""A worker that sends letters in a process of its own, to be killed at any moment."""

import time
from datetime import timedelta

from services import letters
from services.config import Settings
from services.db import make_engine


def send(settings: Settings, lease_s: float) -> None:
    """Send until killed; a claim lapses after `lease_s` seconds, so that the test need not wait."""
    letters.LEASE = timedelta(seconds=lease_s)
    engine = make_engine(settings.database_url)
    while True:
        letters.send_due(engine, settings)
        time.sleep(0.02)
