"""A hostile picture can cost the process that opened it its life, and nobody else's."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import pyvips

from services.errors import InvalidError
from services.pictures.forks import ForkServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server() -> ForkServer:
    return ForkServer()


def picture(wide: int = 40) -> bytes:
    data: bytes = pyvips.Image.black(wide, 30, bands=3).pngsave_buffer()
    return data


def test_one_server_works_for_many(server: ForkServer) -> None:
    for _ in range(3):
        large, small = server.ask(picture(), [])
        assert large[:4] == small[:4] == b"RIFF"
    server.close()


def test_a_server_that_was_killed_is_started_anew(server: ForkServer) -> None:
    server.ask(picture(), [])
    assert server._process is not None
    server._process.kill()
    server._process.wait()
    assert server.ask(picture(), [])[0][:4] == b"RIFF"
    server.close()


def test_a_process_that_dies_takes_only_its_own_picture(server: ForkServer) -> None:
    with server._child() as line:
        assert server._process is not None
        children = Path(f"/proc/{server._process.pid}/task/{server._process.pid}/children")
        while not (found := children.read_text().split()):
            pass
        os.kill(int(found[0]), signal.SIGKILL)
        assert line.recv(10) == b""
    assert server.ask(picture(), [])[0][:4] == b"RIFF"
    server.close()


def test_a_server_that_dies_under_many_costs_none_of_them(server: ForkServer) -> None:
    server.ask(picture(), [])
    data = picture(1500)
    answers: list[bytes] = []

    def ask() -> None:
        answers.append(server.ask(data, [])[1][:4])

    for _ in range(3):
        many = [threading.Thread(target=ask) for _ in range(8)]
        for one in many:
            one.start()
        process = server._process
        assert process is not None
        process.kill()
        for one in many:
            one.join()
    assert answers == [b"RIFF"] * 24
    server.close()


def test_two_who_see_a_server_gone_start_one_anew(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.ask(picture(), [])
    asked, fresh, end, ends = server._process, threading.Event(), server.close, []
    assert asked is not None
    asked.kill()
    asked.wait()

    def slowly() -> None:
        ends.append(threading.current_thread())
        if len(ends) == 1:
            fresh.wait(20)
        end()

    monkeypatch.setattr(server, "close", slowly)
    first = threading.Thread(target=server._fell, args=(asked,))
    first.start()
    while not ends and first.is_alive():
        time.sleep(0.01)
    assert server._fell(asked)
    assert server.ask(picture(), [])[0][:4] == b"RIFF"
    fresh.set()
    first.join()
    # The new one is not ended for the old one's sake.
    assert server._process is not None
    assert server._process.poll() is None
    monkeypatch.undo()
    server.close()


def test_half_an_answer_is_none(server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = server._heard(picture(), [])
    for short in (whole[:5], whole[: len(whole) // 2], whole[:-1]):
        monkeypatch.setattr(server, "_heard", lambda *_asked, short=short: short)
        with pytest.raises(InvalidError) as caught:
            server.ask(picture(), [])
        assert caught.value.code == "photo_unreadable"
    server.close()


def test_a_process_that_works_for_too_long_is_ended() -> None:
    asked = "from services.pictures.forkserver import bound\nbound(1)\nwhile True: pass"
    told = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False, timeout=60)
    assert told.returncode == -signal.SIGKILL


def test_it_has_nothing_of_the_application_in_it() -> None:
    asked = "import sys, services.pictures.forkserver; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, check=True, capture_output=True, text=True
    )
    ours = {name for name in told.stdout.split() if name.split(".")[0] in ("services", "app")}
    assert {name for name in ours if not name.startswith("services.pictures")} == {
        "services",
        "services.errors",
    }
    assert not {"flask", "sqlalchemy", "participation"} & set(told.stdout.split())


def test_what_is_refused_says_why(server: ForkServer) -> None:
    with pytest.raises(InvalidError) as caught:
        server.ask(b"GIF89a", [])
    assert caught.value.code == "photo_type"
    server.close()


def test_it_ends_with_its_owner(server: ForkServer) -> None:
    server.ask(picture(), [])
    process = server._process
    assert process is not None
    server.close()
    assert process.returncode == 0


def test_an_owner_under_gevent_is_served_too() -> None:
    asked = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import pyvips\n"
        "from services.pictures.forks import ForkServer\n"
        "server, data = ForkServer(), pyvips.Image.black(900, 600, bands=3).pngsave_buffer()\n"
        "print(sum(server.ask(data, [])[0][:4] == b'RIFF' for _ in range(5)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("5\n", "")
