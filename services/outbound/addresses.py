"""Which addresses a stranger may send us to."""

import ipaddress
import socket
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.errors import DomainError

RESOLVE_S = 3.0
# Public by number, yet a cloud's own control point (Azure's WireServer).
INNER = frozenset({ipaddress.ip_address("168.63.129.16")})
GLOBAL_V6 = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
LOOKUPS = 32
_asking: dict[tuple[str, int], "Future[list[str]]"] = {}
_turn = threading.Lock()


class AddressError(DomainError):
    """The address leads where a stranger may not send us."""

    status = 422

    def __init__(self) -> None:
        super().__init__("address_refused")


class UnresolvedError(DomainError):
    """The name of the host has no address now, or none was found in time."""

    status = 422

    def __init__(self) -> None:
        super().__init__("address_unresolved")


class CrowdedError(UnresolvedError):
    """So many other names are asked for just now that this one was not: nothing was learnt."""


@dataclass(frozen=True)
class Target:
    """A checked URL: its name for the certificate, its port, and where to connect, in order."""

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]


def checked(url: str, *, allow_private: bool = False) -> Target:
    """Return where `url` leads; raises AddressError or, when the name cannot be resolved,
    UnresolvedError, within three seconds.

    Wanted: https, port 443, no user information, and only public addresses behind the name.
    `allow_private` is the tests' own escape.
    """
    host, port, scheme = _parts(url)
    if not allow_private and (scheme != "https" or port != 443):
        raise AddressError
    if scheme not in ("https", "http"):
        raise AddressError
    addresses = _resolve(host, port)
    if not allow_private and not all(is_public(address) for address in addresses):
        raise AddressError
    return Target(scheme, host, port, tuple(addresses))


def _parts(url: str) -> tuple[str, int, str]:
    # Parsers disagree about backslashes, blanks and controls; no honest endpoint has them.
    if "\\" in url or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressError
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressError from error
    if not parts.hostname or "@" in parts.netloc or port == 0:
        raise AddressError
    return parts.hostname, port or (443 if parts.scheme == "https" else 80), parts.scheme


def _resolve(host: str, port: int) -> list[str]:
    """Ask for the host's addresses, best first, without waiting for a slow name server."""
    try:
        return _asked(host, port).result(RESOLVE_S)
    except (OSError, UnicodeError, LateError) as error:
        raise UnresolvedError from error


def _asked(host: str, port: int) -> "Future[list[str]]":
    """Return the look-up of a host, the one under way if there is one: a name that hangs takes one
    place, however many ask for it. Raises CrowdedError where all are taken."""
    with _turn:
        if (found := _asking.get((host, port))) is not None:
            return found
        if len(_asking) >= LOOKUPS:
            raise CrowdedError
        found = Future()
        try:
            threading.Thread(target=_look_up, args=(host, port, found), daemon=True).start()
        except RuntimeError as error:
            # The system has no thread to give.
            raise CrowdedError from error
        _asking[host, port] = found
        return found


def _look_up(host: str, port: int, found: "Future[list[str]]") -> None:
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except Exception as error:
        _no_longer_asking(host, port)
        found.set_exception(error)
    else:
        _no_longer_asking(host, port)
        found.set_result(list(dict.fromkeys(str(entry[4][0]) for entry in entries)))


def _no_longer_asking(host: str, port: int) -> None:
    """Before the answer is told: who asks after it is to get a new one."""
    with _turn:
        del _asking[host, port]


def is_public(text: str) -> bool:
    """Is `text` (an IPv4 or IPv6 address) one of the open internet, whatever it is wrapped in?"""
    if "%" in text:
        return False
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
        if address not in GLOBAL_V6 or any(address in tunnel for tunnel in TUNNELS):
            return False
    return address.is_global and not address.is_multicast and address not in INNER
