"""Fan-out beside Node socket.io 4.8 in the same run, the two taking turns: `fanout.py [--quick]`.

Prints a JSON line for each figure: value, target, met. CPU time is the server's own, per message
delivered, on core 0; the clients run on core 1. `--peer FOLDER` names a folder whose node_modules
holds socket.io; without it one is made with npm.
"""

import argparse
import http.client
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.fanout_crowd import (  # noqa: E402
    CLIENT_CORE,
    PAD,
    Crowd,
    Figures,
    crowd_of,
    memory_kb,
    ours,
    running,
)
from services.realtime.frames import ProtocolError, Reader  # noqa: E402
from services.realtime.install import LARGEST_FRAME  # noqa: E402
from tests.servers import redis  # noqa: E402

missed: list[str] = []


def say(name: str, value: float, target: float, **more: Any) -> None:
    """Print one figure; a value is met when it is not above its target, else it is noted."""
    if not value <= target:
        missed.append(name)
    line = {"bench": "fanout", "name": name, "value": round(value, 3), "target": target}
    print(json.dumps(line | {"met": value <= target} | more), flush=True)


def middle(found: list[Figures], name: str) -> float:
    return statistics.median(one[name] for one in found)


def beside_peer(peer: list[str], count: int, turns: int, rounds: int) -> tuple[float, float]:
    """Compare at one size; return (our, the peer's) CPU time per message in microseconds.

    A round is ten broadcasts with calm between them: a live map's case, not a burst.
    """
    calm = {"k": 10, "gap": 0.03 + count * 40e-6}
    mine, theirs = [], []
    with ours() as server, running(*peer) as other:
        for _ in range(turns):
            mine.append(crowd_of(count, server, rounds, **calm))
            theirs.append(crowd_of(count, other, rounds, **calm))
    ratios = [a["cpu_us"] / b["cpu_us"] for a, b in zip(mine, theirs, strict=True)]
    cpu = {"ours_us": middle(mine, "cpu_us"), "node_us": middle(theirs, "cpu_us")}
    runs = [round(ratio, 3) for ratio in ratios]
    say(f"cpu_per_message_{count}", statistics.median(ratios), 0.85, runs=runs, **cpu)
    delay = {
        f"{who}_{part}": round(middle(found, part), 1)
        for who, found in (("ours", mine), ("node", theirs))
        for part in ("p50_ms", "p99_ms")
    }
    ratio = middle(mine, "p99_ms") / middle(theirs, "p99_ms")
    say(f"p99_delay_{count}", ratio, 1.1, **delay)
    say(f"lost_{count}", sum(one["lost"] + one["broken"] for one in mine), 0)
    say(f"doubled_{count}", sum(one["doubled"] for one in mine), 0)
    # The first crowd met a fresh process; later ones find memory that was given back to it.
    say(f"kb_per_connection_{count}", mine[0]["kb"], 60, node=round(theirs[0]["kb"], 1))
    return middle(mine, "cpu_us"), middle(theirs, "cpu_us")


def page_times(port: int, while_true: Callable[[], bool]) -> list[float]:
    """Ask for the page again and again; return the sorted times in milliseconds."""
    connection, found = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
    while while_true():
        began = time.perf_counter()
        connection.request("GET", "/")
        connection.getresponse().read()
        found.append((time.perf_counter() - began) * 1e3)
        time.sleep(0.01)
    connection.close()
    return sorted(found)


def p99(times: list[float]) -> float:
    return times[int(len(times) * 0.99)]


def pages_meanwhile(count: int, seconds: float) -> None:
    """How pages of the same process fare while it broadcasts four times a second."""
    with ours() as (port, pid):
        # The crowd shares a core with who asks for pages, and shall not be what is measured.
        crowd = Crowd([port], count, pid, meek=True)
        os.sched_setaffinity(0, CLIENT_CORE)
        end = time.monotonic() + seconds
        idle = page_times(port, lambda: time.monotonic() < end)
        rounds = int(seconds * 4 / 10)
        firing = threading.Thread(
            target=crowd.rounds, args=(rounds,), kwargs={"k": 10, "gap": 0.25}
        )
        firing.start()
        busy = page_times(port, firing.is_alive)
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        more = {"idle_ms": round(p99(idle), 2), "busy_ms": round(p99(busy), 2), "asked": len(busy)}
        say(f"page_p99_while_broadcasting_{count}", p99(busy) / p99(idle), 3, **more)
        leaving = threading.Thread(target=crowd.leave)
        leaving.start()
        end = time.monotonic() + 3
        stall = page_times(port, lambda: time.monotonic() < end or leaving.is_alive())
        leaving.join()
        say(f"longest_page_ms_while_all_{count}_leave", stall[-1], 1000)


def oversize() -> None:
    """One client announces 50 MB: what is kept of it, and how a page fares."""
    header = bytes((0x81, 0xFF)) + struct.pack("!Q", 50_000_000) + b"\0\0\0\0"
    reader = Reader(LARGEST_FRAME)
    reader.feed(header + b"4" * 4096)
    try:
        reader.take()
    except ProtocolError as error:
        say("oversize_bytes_kept", reader.held, 0, close_code=error.code)
    with ours() as (port, pid), socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        )
        line.recv(4096)
        page_times(port, iter([True, False]).__next__)
        before, sent = memory_kb(pid), 0
        line.sendall(header)
        line.settimeout(3)
        try:
            while sent < 50_000_000:
                sent += line.send(b"4" * 65_536)
        except OSError:
            sent += 0
        times = page_times(port, iter([True, False]).__next__)
        say("oversize_next_page_ms", times[-1], 50, sent=sent, grown_kb=memory_kb(pid) - before)


def two_processes(count: int, rounds: int) -> None:
    """Two processes that meet in Redis, clients on both, no sticky routing."""
    with redis() as url, ours(url) as (one, pid), ours(url) as (two, _):
        crowd = Crowd([one, two], count, pid)
        found = crowd.rounds(rounds, k=3, gap=0.01)
        crowd.leave()
    more = {"messages": found["messages"], "p99_ms": round(found["p99_ms"], 1)}
    say("two_processes_lost", found["lost"] + found["broken"], 0, **more)
    say("two_processes_doubled", found["doubled"], 0)


def coalescing(count: int) -> None:
    """Fifty events a second, each sent alone or ten in the frame of a tick."""
    with ours() as server:
        alone = crowd_of(count, server, 2, k=100, gap=0.02)
        ticks = crowd_of(count, server, 2, k=10, gap=0.2, pad=PAD * 10)
    saved = alone["cpu_s"] / ticks["cpu_s"]
    say("cpu_of_ticks_to_single_events", 1 / saved, 0.2, saved_times=round(saved, 1))


@contextmanager
def node_folder(given: str | None) -> Iterator[str]:
    """Yield a folder whose node_modules holds the peer, in the version of our own client."""
    if given:
        yield given
        return
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]["socket.io-client"]
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "install", "--silent", "--prefix", folder, f"socket.io@{wanted}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        yield folder


def main() -> int:
    """Run everything; `--quick` takes a minute, the whole about ten. 1 where a target is missed."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--peer")
    given = asked.parse_args()
    quick = given.quick
    oversize()
    two_processes(200 if quick else 1000, 10 if quick else 60)
    coalescing(200 if quick else 1000)
    pages_meanwhile(500 if quick else 3000, 5 if quick else 15)
    with node_folder(given.peer) as folder:
        peer = ["node", "bench/fanout_peer.mjs", "PORT", folder]
        small = beside_peer(peer, 300 if quick else 1000, 3 if quick else 5, 5 if quick else 10)
        if not quick:
            large = beside_peer(peer, 10_000, 3, 2)
            grown, peer_grown = large[0] / small[0], large[1] / small[1]
            # Ten thousand sockets leave the caches of a busy computer; the peer's leave them too.
            more = {"ours": round(grown, 2), "node": round(peer_grown, 2)}
            say("cpu_growth_1000_to_10000_beside_peer", grown / peer_grown, 1.2, **more)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
