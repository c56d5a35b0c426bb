"""One place reads the wall clock, and one the environment."""

import ast

from tests.law.sources import broken, calls, dotted

NOW = {"now", "utcnow", "today", "fromtimestamp"}
PRODUCT = ("app.py", "participation", "services")


def clocks(name: str, text: str) -> list[str]:
    """Return calls of datetime.now and its kin outside services/clock.py."""
    if name == "services/clock.py":
        return []
    return [
        f"{name}:{line} {called}"
        for called, line in calls(ast.parse(text))
        if called.split(".")[-1] in NOW and called.split(".")[0] in ("datetime", "date")
    ]


def environments(name: str, text: str) -> list[str]:
    """Return uses of the environment outside services/config.py."""
    if name == "services/config.py":
        return []
    used = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)]
    return [f"{name}:{n.lineno}" for n in used if dotted(n) in ("os.environ", "os.getenv")]


def test_the_clock_is_read_in_one_place() -> None:
    assert broken(clocks, *PRODUCT) == []


def test_the_environment_is_read_in_one_place() -> None:
    assert broken(environments, *PRODUCT) == []


def test_a_second_clock_is_found() -> None:
    assert clocks("services/x.py", "from datetime import datetime\ndatetime.now(UTC)\n") != []
    assert clocks("services/x.py", "clock.now()\n") == []
    assert environments("services/x.py", "import os\nos.environ['A']\n") != []
