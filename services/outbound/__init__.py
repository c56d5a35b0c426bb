"""The one way out to addresses that people give us: https, public hosts, no redirects, in time."""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from services.errors import DomainError

TIMEOUT_S = (3.0, 10.0)


class AddressError(DomainError):
    """The address leads where a stranger may not send us."""

    def __init__(self) -> None:
        super().__init__("address_refused")


def checked(url: str, *, allow_private: bool = False) -> list[str]:
    """Return the public IP addresses of `url`'s host; raises AddressError.

    Wanted: https, port 443, no user information, and only public addresses behind the name.
    `allow_private` is the tests' own escape.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressError from error
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.password is not None:
        raise AddressError
    if not allow_private and (parts.scheme != "https" or port not in (None, 443)):
        raise AddressError
    try:
        found = socket.getaddrinfo(host, port or 443, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise AddressError from error
    addresses = sorted({str(entry[4][0]) for entry in found})
    if not allow_private and not all(_public(address) for address in addresses):
        raise AddressError
    return addresses


def _public(text: str) -> bool:
    address = ipaddress.ip_address(text.split("%", 1)[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_global and not address.is_multicast


class _PinnedAdapter(HTTPAdapter):
    """Connects to the very address that was checked, under the name that was asked for.

    A name that changes between the check and the connection changes nothing.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self.allow_private = allow_private
        super().__init__(pool_connections=20, pool_maxsize=20)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(str(request.url))
        address = checked(str(request.url), allow_private=self.allow_private)[0]
        if parts.scheme == "https" and parts.hostname:
            pool = self.poolmanager.connection_pool_kw
            pool["server_hostname"] = pool["assert_hostname"] = parts.hostname
            netloc = f"[{address}]" if ":" in address else address
            request.headers["Host"] = parts.netloc
            request.url = str(request.url).replace(parts.netloc, netloc, 1)
        return super().send(request, *args, **kwargs)


class GuardedSession(requests.Session):
    """A pooled client that only reaches public hosts, follows nothing and always ends."""

    def __init__(self, *, allow_private: bool = False) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("https://", _PinnedAdapter(allow_private=allow_private))
        self.mount("http://", _PinnedAdapter(allow_private=allow_private))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        kwargs.setdefault("timeout", TIMEOUT_S)
        return super().request(*args, **kwargs)
