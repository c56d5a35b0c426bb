"""A worker with one timed job, in a process of its own, to be killed at any moment."""

import os
import time
from datetime import datetime, timedelta

from services.db import Session, make_engine
from services.jobs import Job, Scheduler


def keep_running(url: str, notes: str) -> None:
    """Run a job that is always due and takes a moment; note when it begins and ends."""

    def run(_session: Session, _at: datetime) -> None:
        note("begin")
        time.sleep(0.03)
        note("end")

    def note(what: str) -> None:
        handle = os.open(notes, os.O_WRONLY | os.O_APPEND)
        os.write(handle, f"{what} {os.getpid()}\n".encode())
        os.close(handle)

    scheduler = Scheduler(make_engine(url), [Job("test.noted", 0, run)], lasts=timedelta(seconds=4))
    while True:
        scheduler.turn()
        time.sleep(0.002)
