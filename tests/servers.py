"""Real servers owned by the tests, on private ports: they start in a moment and leave nothing."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENV = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _owner() -> str | None:
    """PostgreSQL refuses to run as root; nobody will do."""
    return "nobody" if os.getuid() == 0 else None


def _wait(port: int, seconds: float = 180.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"nothing answers on port {port}")


@contextmanager
def postgresql(**settings: str) -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL, `postgresql://postgres@127.0.0.1:port/`.

    `settings` as postgresql.conf has them, `shared_buffers="1GB"`.
    """
    folder, port, owner = Path(tempfile.mkdtemp(prefix="pg")), free_port(), _owner()
    if owner:
        os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
    start = {"user": owner, "cwd": "/", "env": ENV, "stdout": subprocess.DEVNULL}
    init = [programs / "initdb", "-N", "-D", folder / "db", "-U", "postgres", "-A", "trust"]
    subprocess.run(
        [*init, "--encoding=UTF8", "--locale=C.UTF-8"],
        check=True,
        stderr=subprocess.DEVNULL,
        **start,
    )
    options = [
        f"port={port}",
        "listen_addresses=127.0.0.1",
        f"unix_socket_directories={folder}",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=80",
        *(f"{name}={value}" for name, value in settings.items()),
    ]
    flags = [part for option in options for part in ("-c", option)]
    server = subprocess.Popen(
        [programs / "postgres", "-D", folder / "db", *flags], stderr=subprocess.DEVNULL, **start
    )
    try:
        _wait(port)
        while subprocess.run(
            [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)],
            env=ENV,
            check=False,
        ).returncode:
            time.sleep(0.02)
        yield f"postgresql://postgres@127.0.0.1:{port}/"
    finally:
        server.send_signal(2)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """Yield the URL of an empty Redis."""
    port = free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def madang(folder: Path, **settings: str) -> Iterator[str]:
    """Yield the address of the whole product in one process, with its demo city in `folder`."""
    port = free_port()
    root = Path(__file__).resolve().parents[1]
    still = {"MADANG_DEMO_RATE": "0"}
    env = ENV | still | {"PORT": str(port), "MADANG_DATA_DIR": str(folder), **settings}
    command = [str(root / ".venv" / "bin" / "python"), "-m", "app", "run"]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=root, env=env, stdout=log, stderr=log)
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
            server.wait(10)
