"""What `make run` serves moves with nobody acting, and ends as a whole; production is no play."""

import time
from collections.abc import Iterator
from pathlib import Path

import requests
from flask import Flask
from sqlalchemy import create_engine, text

from services.config import load
from tests import servers

PRODUCTION = {
    "MADANG_MODE": "production",
    "MADANG_BASE_URL": "https://madang.example.org",
    "MADANG_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "MADANG_SMTP_URL": "smtp://127.0.0.1:9",
}


def holds(made: "Iterator[bool]", seconds: float = 60) -> bool:
    """Ask until it holds, or for so long."""
    end = time.monotonic() + seconds
    for found in made:
        if found or time.monotonic() > end:
            return found
        time.sleep(0.2)
    return False


def played_by(folder: Path) -> list[str]:
    """Return the processes that play people of the city in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words, env = ((process / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue
        if b"simulate" in words and str(folder).encode() in env:
            found.append(process.name)
    return found


def test_a_city_lives_by_itself_and_ends_as_a_whole(tmp_path: Path) -> None:
    with servers.madang(tmp_path, MADANG_DEMO_RATE="600") as url:
        before = requests.get(url + "/reports/", timeout=20).text
        pages = (requests.get(url + "/reports/", timeout=20).text for _ in iter(int, 1))
        assert holds(page.count("/reports/") and titles(page) != titles(before) for page in pages)
        assert played_by(tmp_path)
    said = (tmp_path / "server.log").read_text()
    assert "Madang is open at" in said
    assert "threadpool" not in said, "whoever starts it reads what it does, not its threads"
    assert holds(not played_by(tmp_path) for _ in iter(int, 1))


def titles(page: str) -> list[str]:
    return [part.split('"', 1)[0] for part in page.split('<a href="/reports/')[1:]]


def test_nobody_is_made_up_in_production(tmp_path: Path) -> None:
    with servers.madang(tmp_path, **PRODUCTION) as url:
        assert requests.get(url + "/health", timeout=20).status_code == 200
    engine = create_engine(f"sqlite:///{tmp_path}/madang.db")
    with engine.connect() as connection:
        for table in ("person", "report"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    engine.dispose()


def test_the_command_refuses_too(app: Flask, tmp_path: Path) -> None:
    app.extensions["settings"] = load({"MADANG_DATA_DIR": str(tmp_path)} | PRODUCTION)
    ran = app.test_cli_runner().invoke(args=["city", "demo"])
    assert ran.exit_code == 1
    assert "nobody is made up in production" in ran.output
