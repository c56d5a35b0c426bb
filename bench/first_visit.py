"""The first visit: what is sent before a page stands, and how Lighthouse judges home and map.

    .venv/bin/python bench/first_visit.py [--quick]

Prints one JSON line a figure. Lighthouse and its lock stand in bench/node; `npm ci` brings them.
"""

import gzip
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import servers  # noqa: E402

NODE = ROOT / "bench" / "node"
JUDGE = NODE / "node_modules" / "lighthouse" / "cli" / "index.js"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-default-apps --disable-extensions"
)
SHELL = ("core.js", "core.css", "sprite.svg")
PAGES = {"home": "/", "map": "/reports/map"}
WANTED = {"performance": 95, "accessibility": 100}


def tell(name: str, value: float, unit: str, target: str, *, met: bool) -> bool:
    """Print one figure and return whether it met its target."""
    line = {"bench": "first_visit", "name": name, "value": value, "unit": unit}
    print(json.dumps(line | {"target": target, "met": met}), flush=True)
    return met


def shell_kb() -> float:
    """Return the gzipped size of what every first page brings besides itself."""
    dist = ROOT / "static" / "dist"
    names = json.loads((dist / "assets.json").read_text())
    return sum(len(gzip.compress((dist / names[n]).read_bytes(), 9)) for n in SHELL) / 1024


def judged(url: str, folder: Path) -> dict[str, Any]:
    """Return Lighthouse's report of one run at `url`, as on a phone.

    Now and then it misses the start of the page, and asks to be run again.
    """
    out = folder / "report.json"
    ran = judge(url, folder, out)
    if ran.returncode:
        ran = judge(url, folder, out)
    if ran.returncode:
        sys.exit(f"Lighthouse could not judge {url}: {ran.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(out.read_text())
    return report


def judge(url: str, folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", str(JUDGE), url, "--quiet", "--no-enable-error-reporting", "--output=json",
         f"--output-path={out}", f"--chrome-flags={FLAGS}",
         f"--only-categories={','.join(WANTED)}"],
        env=servers.ENV | {"CHROME_PATH": "/usr/bin/chromium", "HOME": str(folder)},
        check=False,
        capture_output=True,
        text=True,
    )  # fmt: skip


def main() -> int:
    runs = 1 if "--quick" in sys.argv else 3
    if not JUDGE.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=NODE, check=True)
    weight = shell_kb()
    met = [tell("shell", round(weight, 1), "kB gzip", "<= 60", met=weight <= 60)]
    with tempfile.TemporaryDirectory() as name, servers.madang(Path(name) / "city") as city:
        for page, path in PAGES.items():
            reports = [judged(city + path, Path(name)) for _ in range(runs)]
            for category, wanted in WANTED.items():
                scores = [100 * r["categories"][category]["score"] for r in reports]
                score = round(statistics.median(scores))
                fine, target = score >= wanted, f">= {wanted}"
                met.append(tell(f"{page} {category}", score, "of 100", target, met=fine))
            for audit in ("largest-contentful-paint", "total-byte-weight"):
                values = [r["audits"][audit]["numericValue"] for r in reports]
                unit = "ms" if audit.startswith("largest") else "bytes"
                tell(f"{page} {audit}", round(statistics.median(values)), unit, "", met=True)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
