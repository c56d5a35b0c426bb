"""Whatever address a stranger gives us, we never knock at a door inside."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from services.outbound import AddressError, CrowdedError, UnresolvedError, addresses, checked
from services.outbound.addresses import is_public

Resolve = Callable[..., list[Any]]
INNER = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",  # the clouds' metadata
    "100.100.100.200",  # another cloud's, within RFC 6598
    "168.63.129.16",  # a third one's, public by number
    "0.0.0.0",
    "192.0.2.7",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",  # 127.0.0.1 behind NAT64
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",  # 127.0.0.1 in 6to4
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
]
OUTER = ["8.8.8.8", "142.250.206.74", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def answering(monkeypatch: pytest.MonkeyPatch, *turns: list[str]) -> list[str]:
    """Let names resolve to each of `turns` in order, the last one for ever; return who asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if not host.endswith(".example"):
            return list(real(host, port, *args, **kwargs))
        found = turns[min(len(asked), len(turns) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_public(address)
    answering(monkeypatch, [address])
    with pytest.raises(AddressError):
        checked("https://push.example/x")


@pytest.mark.parametrize("address", OUTER)
def test_an_address_of_the_open_internet_is_fine(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, [address])
    assert checked("https://push.example/x").addresses == (address,)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    ],
)
def test_other_spellings_of_home_are_refused(url: str) -> None:
    with pytest.raises(AddressError):
        checked(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/x",
        "ftp://push.example/x",
        "file:///etc/passwd",
        "https:///x",
        "https://push.example:8443/x",
        "https://push.example:80/x",
        "https://push.example:0/x",
        "https://push.example:99999/x",
        "https://a@push.example/x",
        "https://a:b@push.example/x",
        "https://push.example@127.0.0.1/x",
        "https://@push.example/x",
        "https://push.example\\@127.0.0.1/x",
        "https://push.example/a b",
        "https://push.example/\r\nX: y",
        "https://push.exаmple/x",  # a Cyrillic letter
        "https://[::1/x",
        "",
    ],
)
def test_anything_but_plain_https_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, ["8.8.8.8"])
    with pytest.raises(AddressError):
        checked(url)
    assert asked == []


def test_one_inner_address_among_public_ones_spoils_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(AddressError):
        checked("https://push.example/x")


def test_a_name_without_an_address_is_a_matter_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_args: Any, **_kwargs: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with pytest.raises(UnresolvedError):
        checked("https://push.example/x")


def test_a_slow_name_server_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_args: Any, **_kwargs: Any) -> list[Any]:
        time.sleep(2)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(addresses, "RESOLVE_S", 0.1)
    began = time.monotonic()
    with pytest.raises(UnresolvedError):
        checked("https://slow.example/x")
    assert time.monotonic() - began < 1.5


def refusal(url: str) -> type[Exception]:
    with pytest.raises(UnresolvedError) as caught:
        checked(url)
    return caught.type


def all_asked() -> None:
    """Wait until no look-up is under way: those of other tests hang for a while."""
    end = time.monotonic() + 5
    while addresses._asking:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_names_that_hang_take_a_place_each_and_say_nothing_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = threading.Event()

    def hanging(*_args: Any, **_kwargs: Any) -> list[Any]:
        assert done.wait(10)
        return [(0, 0, 0, "", ("8.8.8.8", 443))]

    all_asked()
    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    names = [f"https://h{n}.example/x" for n in range(addresses.LOOKUPS)]
    with monkeypatch.context() as hasty:
        hasty.setattr(addresses, "RESOLVE_S", 0.01)
        raised = [refusal(name) for name in (*names, *names, "https://push.example/x")]
    done.set()
    assert raised == [UnresolvedError] * (2 * addresses.LOOKUPS) + [CrowdedError]
    all_asked()
    assert checked("https://push.example/x").addresses == ("8.8.8.8",)


def test_a_lookup_without_a_thread_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as short:
        short.setattr(threading.Thread, "start", none_left)
        for _ in range(40):
            with pytest.raises(UnresolvedError):
                checked("https://push.example/x")
    answering(monkeypatch, ["8.8.8.8"])
    assert checked("https://push.example/x").addresses == ("8.8.8.8",)
