"""A pooled HTTP client that connects to the very address that was checked, and always ends."""

import contextlib
import os
import socket
import threading
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from services.errors import DomainError
from services.outbound.addresses import checked

TIMEOUT_S = (3.0, 10.0)
DEADLINE_S = 15.0
LARGEST = 64 * 1024 * 1024
CHUNK = 65_536


class TooLargeError(DomainError):
    """The answer is larger than the asker wants to hold."""

    def __init__(self) -> None:
        super().__init__("answer_too_large")


def _cut(sock: socket.socket, late: threading.Event) -> None:
    """End both directions under whoever waits on the socket, TLS or not."""
    late.set()
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(sock.fileno())) as twin:
        twin.shutdown(socket.SHUT_RDWR)


class _Deadline:
    """A connection whose answer must begin within the deadline.

    The socket's own timeout starts anew with each byte: a host that sends one now and then
    would hold the asker for ever.
    """

    sock: Any

    def getresponse(self) -> Any:
        late = threading.Event()
        timer = threading.Timer(DEADLINE_S, _cut, (self.sock, late))
        timer.daemon = True
        timer.start()
        try:
            answer = super().getresponse()  # type: ignore[misc]
        finally:
            timer.cancel()
        # Headers that were cut short read like headers that ended.
        if late.is_set():
            answer.close()
            raise TimeoutError("the answer did not begin in time")
        return answer


class _Http(_Deadline, HTTPConnection):
    pass


class _Https(_Deadline, HTTPSConnection):
    """A connection whose handshake ends within the deadline too.

    In one loop for all (services.patched) each byte of it is waited for anew.
    """

    _line: socket.socket | None = None

    def _new_conn(self) -> Any:
        sock = super()._new_conn()
        # What wraps the socket takes it away from its first owner: a second name for the line.
        self._line = socket.socket(fileno=os.dup(sock.fileno()))
        return sock

    def connect(self) -> None:
        timer = threading.Timer(DEADLINE_S, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            super().connect()
        finally:
            timer.cancel()
            if self._line is not None:
                self._line.close()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _PinnedAdapter(HTTPAdapter):
    """Connects to the address that was checked, under the name that was asked for.

    A name that changes between the check and the connection changes nothing. Pools are kept by
    address and name, so a connection is reused and never crosses to another name.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self.allow_private = allow_private
        self.local = threading.local()
        super().__init__(pool_connections=32, pool_maxsize=16)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        target = checked(str(request.url), allow_private=self.allow_private)
        usual = target.port == (443 if target.scheme == "https" else 80)
        name = f"[{target.host}]" if ":" in target.host else target.host
        request.headers["Host"] = name if usual else f"{name}:{target.port}"
        for n, address in enumerate(target.addresses, 1):
            self.local.target = (target, address)
            try:
                return super().send(request, *args, **kwargs)
            except (requests.ConnectTimeout, requests.ConnectionError) as error:
                if n == len(target.addresses) or n == 2 or not _never_met(error):
                    raise
        raise requests.ConnectionError("the name has no address")

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        target, address = self.local.target
        names: dict[str, str] = {}
        if target.scheme == "https":
            names = {"server_hostname": target.host, "assert_hostname": target.host}
        return {**host, "host": address, "port": target.port}, {**pool, **names}


def _never_met(error: requests.RequestException) -> bool:
    """Did the connection itself fail, so that the host saw nothing of the request?"""
    cause = str(type(getattr(error.args[0] if error.args else None, "reason", None)).__name__)
    return cause in ("NewConnectionError", "ConnectTimeoutError")


class GuardedSession(requests.Session):
    """A pooled client that only reaches public hosts, follows nothing and always ends.

    An answer larger than `largest` bytes raises TooLargeError; one that does not end in time
    raises requests.Timeout. May be shared by threads.
    """

    def __init__(self, *, allow_private: bool = False, largest: int = LARGEST) -> None:
        super().__init__()
        self.trust_env = False
        self.largest = largest
        # A host may not mark us, nor be told what another one set.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.mount("https://", _PinnedAdapter(allow_private=allow_private))
        self.mount("http://", _PinnedAdapter(allow_private=allow_private))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs |= {"allow_redirects": False, "stream": True}
        kwargs.setdefault("timeout", TIMEOUT_S)
        answer = super().request(*args, **kwargs)
        answer._content = self._read(answer.raw)
        answer._content_consumed = True  # type: ignore[attr-defined]
        return answer

    def _read(self, raw: BaseHTTPResponse) -> bytes:
        ends, body = time.monotonic() + DEADLINE_S, bytearray()
        try:
            while part := raw.read1(CHUNK, decode_content=True):
                body += part
                if len(body) > self.largest:
                    raise TooLargeError
                if time.monotonic() > ends:
                    raise requests.Timeout("the answer does not end")
        except HTTPError as error:
            raw.close()
            raise requests.ConnectionError(type(error).__name__) from error
        except BaseException:
            raw.close()
            raise
        raw.release_conn()
        return bytes(body)
