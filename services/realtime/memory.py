"""Keeps the garbage collector from walking through ten thousand connections at once.

A full collection looks at every object there is: with ten thousand open sockets it held the
process for a second (bench/fanout.py). So what belongs to open connections is set aside as they
come (`gc.freeze`), and looked at again once nearly all of them have left.
"""

import gc

STEP = 250
# What is looked at again after most have left is little: the look is short.
FEW = 8


class OpenConnections:
    """Counts connections, and sets their objects aside in steps."""

    def __init__(self) -> None:
        self.open = 0
        self._set_aside = 0

    def came(self) -> None:
        self.open += 1
        if self.open >= self._set_aside + STEP:
            # The young ones first: what is already garbage shall not be kept.
            gc.collect(1)
            self._freeze()

    def left(self) -> None:
        self.open -= 1
        if self._set_aside >= FEW * STEP and self.open < self._set_aside // FEW:
            gc.unfreeze()
            gc.collect()
            self._freeze()

    def _freeze(self) -> None:
        gc.freeze()
        self._set_aside = self.open


connections = OpenConnections()
