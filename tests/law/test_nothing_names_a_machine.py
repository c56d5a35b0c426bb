"""Lock files name no registry, and no file speaks of the machine it was written on."""

import json
import re

from tests.law.sources import ROOT, WRITTEN, broken

HOST = re.compile(r"(https?:)?//[\w.-]+|--(?:extra-)?index-url|--find-links|--trusted-host")
PLACE = re.compile(r"(?<![\w.<}])/(?:work|home|Users|root)/[\w.-]+")


def hosts_in_lock(text: str) -> list[str]:
    """Return the lines of a requirements lock that name a host or an index."""
    return [line for line in text.splitlines() if HOST.search(line)]


def hosts_in_npm_lock(text: str) -> list[str]:
    """Return the packages of package-lock.json that say where they are downloaded from."""
    packages = json.loads(text)["packages"]
    return [name for name, entry in packages.items() if "resolved" in entry]


def places(name: str, text: str) -> list[str]:
    """Return where a text speaks of a folder of somebody's machine."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{name}:{n} {found[0]}" for n, line in lines if (found := PLACE.search(line))]


def test_locks_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert hosts_in_lock((ROOT / name).read_text()) == []
    assert hosts_in_npm_lock((ROOT / "package-lock.json").read_text()) == []


def test_no_file_names_a_place_of_a_machine() -> None:
    wrong = []
    for ending in (".py", ".ts", ".css", ".html", ".md", ".po", ".mjs", ".toml", "run", "prove"):
        wrong += broken(places, *WRITTEN, "README.md", "Makefile", ".ci", ending=ending)
    assert wrong == []


def test_a_host_or_a_place_is_found() -> None:
    assert hosts_in_lock("x==1 @ https://files.example.org/x.whl\n") != []
    assert hosts_in_lock("--index-url https://pypi.example.org\n") != []
    assert hosts_in_lock("http-ece==1.2.1 \\\n    --hash=sha256:00\n") == []
    given = {"packages": {"node_modules/x": {"resolved": "https://registry.example.org/x.tgz"}}}
    assert hosts_in_npm_lock(json.dumps(given)) == ["node_modules/x"]
    assert places("a.md", "see /" + "home/someone/notes\n") != []
    assert places("a.py", "href='/console/'\n") == []
