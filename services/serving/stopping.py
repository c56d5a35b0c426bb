"""How a process that only waits is asked to end."""

import os
import signal
from collections.abc import Callable

ASKED = (signal.SIGTERM, signal.SIGINT)


def asked_to_end() -> Callable[[], None]:
    """Take SIGTERM and SIGINT from now on; return what waits for the first of them.

    A handler in Python runs between two steps of the waiting itself and may take no lock: that of
    a threading.Event, taken at the wrong moment, waits for itself for ever. So a signal is told
    through a pipe, by the interpreter, whichever thread it came to.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)
    for number in ASKED:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(told)

    def wait() -> None:
        while os.read(heard, 1)[0] not in ASKED:
            continue

    return wait
