"""From `make run` to the first page: the second start, when all is set up.

    .venv/bin/python bench/second_start.py [--quick]

The first start, on a folder of its own, makes the demo city; then the same command is run again.
Prints one JSON line a figure.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import servers  # noqa: E402

PATIENCE_S = 300.0
WANTED_S = 5.0


@contextmanager
def started(folder: Path) -> Iterator[float]:
    """Yield the seconds `make run` took until its home page came, 200 and whole."""
    port = servers.free_port()
    env = dict(os.environ) | {"PORT": str(port), "MADANG_DATA_DIR": str(folder)}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not _answers(port):
            if time.monotonic() - began > PATIENCE_S or process.poll() is not None:
                sys.exit("`make run` did not come to a page")
            time.sleep(0.02)
        yield time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            return bool(page.status == 200 and b"</html>" in page.read())
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def tell(name: str, value: float, target: str, *, met: bool) -> bool:
    """Print one figure and return whether it met its target."""
    line = {"bench": "second_start", "name": name, "value": round(value, 2), "unit": "s"}
    print(json.dumps(line | {"target": target, "met": met}), flush=True)
    return met


def main() -> int:
    runs = 1 if "--quick" in sys.argv else 5
    with tempfile.TemporaryDirectory() as name:
        with started(Path(name)) as first:
            tell("first start, all installed", first, "none", met=True)
        seconds = []
        for _ in range(runs):
            with started(Path(name)) as taken:
                seconds.append(taken)
    median = statistics.median(seconds)
    return 0 if tell("second start", median, f"< {WANTED_S:.0f}", met=median < WANTED_S) else 1


if __name__ == "__main__":
    sys.exit(main())
