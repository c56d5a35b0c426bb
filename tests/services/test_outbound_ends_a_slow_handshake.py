"""In a process with one loop for all, a host that shakes hands byte by byte is left in time."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The first record of a server that never ends: its head, then one byte now and then.
LOOP = """
from gevent import monkey

monkey.patch_all()
import socket, threading, time, requests
from services.outbound import GuardedSession, client

client.DEADLINE_S = 2.0
listener = socket.create_server(("127.0.0.1", 0))


def drip():
    line, _ = listener.accept()
    line.recv(4096)
    try:
        line.sendall(b"\\x16\\x03\\x03\\x3f\\x00\\x02\\x00\\x3e\\xfc")
        for _ in range(40):
            line.sendall(b"\\x03")
            time.sleep(0.5)
    except OSError:
        pass


threading.Thread(target=drip, daemon=True).start()
began = time.monotonic()
try:
    GuardedSession(allow_private=True).get(f"https://127.0.0.1:{listener.getsockname()[1]}/")
except requests.RequestException:
    print(time.monotonic() - began)
"""


def test_a_host_that_shakes_hands_for_ever_is_left() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOOP],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert float(told.stdout) < 8
