"""The page our list is measured against draws the product's own template, and must keep up."""

import json
import subprocess

from tests.law.sources import ROOT


def test_the_bare_page_is_drawn() -> None:
    asked = [str(ROOT / ".venv" / "bin" / "python"), "bench/page.py", "--once"]
    run = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr[-2000:]
    assert any(json.loads(line)["bench"] == "page ours / bare" for line in run.stdout.splitlines())
