"""A process that waits is asked to end at any step of its waiting: it ends."""

import subprocess
import sys

WAITS = """
import signal, sys, threading
from services.serving.stopping import asked_to_end

STEPS = 40


def walk(frame, event, argument):
    # Each step of the waiting, down to a single instruction, is where a signal may come.
    frame.f_trace_opcodes = True
    if event == "opcode":
        left[0] -= 1
        if left[0] == 0:
            signal.raise_signal(signal.SIGTERM)
    return walk


for step in range(1, STEPS):
    wait, left = asked_to_end(), [step]
    late = threading.Timer(0.05, signal.raise_signal, [signal.SIGINT])
    late.start()
    sys.settrace(walk)
    wait()
    sys.settrace(None)
    late.cancel()
    late.join()
print("ended", STEPS - 1, "times")
"""


def test_it_ends() -> None:
    told = subprocess.run(
        [sys.executable, "-c", WAITS], check=True, timeout=60, capture_output=True, text=True
    )
    assert told.stdout == "ended 39 times\n"
