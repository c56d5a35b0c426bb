"""What import contracts cannot say: who commits, and that lock files send nobody to a host."""

import ast
import re

import pytest

from tests.law.sources import PRODUCT, ROOT, broken, calls

COMMITTERS = ("services/web/", "services/db/")
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-node.lock",
    "package-lock.json",
    "bench/node/package-lock.json",
)
ADDRESS = re.compile(
    r"https?://|\bgit\+|--index-url|--extra-index-url|--find-links|--trusted-host|\"resolved\""
)
# npm names where a package asks for money; nothing is fetched from there.
FUNDING = re.compile(r"^\s*\"(url|funding)\":")


def commits_elsewhere(name: str, text: str) -> list[str]:
    if name.startswith(COMMITTERS):
        return []
    found = [line for call, line in calls(ast.parse(text)) if call.endswith(".commit")]
    return [f"{name}:{line} commits" for line in found]


def takes_the_app(name: str, text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        if "app" in names:
            found.append(f"{name} imports app")
    return found


def sends_to_a_host(name: str, text: str) -> list[str]:
    lines = enumerate(text.splitlines(), 1)
    wrong = [n for n, line in lines if ADDRESS.search(line) and not FUNDING.search(line)]
    return [f"{name}:{n} names an address" for n in wrong]


@pytest.mark.parametrize("law", [commits_elsewhere, takes_the_app])
def test_the_product_keeps_it(law: object) -> None:
    assert broken(law, *PRODUCT[1:]) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_host(name: str) -> None:
    assert sends_to_a_host(name, (ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    ("law", "seeded"),
    [
        (commits_elsewhere, "def act(session):\n    session.commit()\n"),
        (takes_the_app, "from app import create_app\n"),
        (sends_to_a_host, "flask==3 --index-url https://pypi.example.org\n"),
    ],
)
def test_a_breach_is_found(law: object, seeded: str) -> None:
    assert law("participation/x/views.py", seeded)  # type: ignore[operator]
