"""A push service (RFC 8030, 8188, 8291, 8292) of our own: strict, and as bad as asked to be."""

import base64
import http.client
import json
import secrets
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

LARGEST = 4096


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Message:
    """What arrived at the push service, decrypted if it holds the browser's keys."""

    token: str
    headers: dict[str, str]
    body: bytes
    plain: Any


@dataclass
class Browser:
    """A browser's side: its keys, and what waits for it while it sleeps, one per topic."""

    token: str
    endpoint: str
    key: ec.EllipticCurvePrivateKey | None
    auth: bytes
    server_key: str | None = None
    waiting: dict[str, Message] = field(default_factory=dict)
    gone: bool = False

    def offer(self) -> dict[str, Any]:
        assert self.key is not None
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {
            "endpoint": self.endpoint,
            "keys": {"p256dh": b64(point), "auth": b64(self.auth)},
            "label": "Chrome · Linux",
        }

    def decrypt(self, body: bytes) -> Any:
        text = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth)
        return json.loads(text)


@dataclass
class Answer:
    """What the service says instead of 201, once."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    drip: bool = False


def check_vapid(header: str, audience: str) -> str:
    """Return the key a request is signed with; AssertionError says which rule it breaks."""
    scheme, _, rest = header.partition(" ")
    assert scheme == "vapid", "scheme"
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = given["t"].split(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(given["k"]))
    raw = unb64(signature)
    pair = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    try:
        key.verify(
            encode_dss_signature(*pair), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature as error:
        raise AssertionError("signature") from error
    said = json.loads(unb64(claims))
    assert json.loads(unb64(head))["alg"] == "ES256", "alg"
    assert said["aud"] == audience, "aud"
    assert time.time() < said["exp"] <= time.time() + 86_400, "exp"
    assert said["sub"].startswith(("mailto:", "https:")), "sub"
    return given["k"]


class PushService(ThreadingHTTPServer):
    """`with PushService() as service:` listens on a free port until the block ends."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.browsers: dict[str, Browser] = {}
        self.arrived: list[Message] = []
        self.refusals: list[str] = []
        self.connections = 0
        self.most_at_once = 0
        self.at_once = 0
        self.answers: deque[Answer] = deque()
        self.always: Answer | None = None
        self.largest = LARGEST
        self.deliver: Callable[[Message], None] = lambda _message: None
        self.lock = threading.Lock()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.shutdown()
        self.server_close()

    def subscribe(self, server_key: str | None = None, *, keys: bool = True) -> Browser:
        """Return a new browser; without `keys` a real one holds them and decrypts itself."""
        token = secrets.token_urlsafe(24)
        key = ec.generate_private_key(ec.SECP256R1()) if keys else None
        made = Browser(
            token, f"{self.origin}/wpush/{token}", key, secrets.token_bytes(16), server_key
        )
        self.browsers[token] = made
        return made

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error here."""

    def judge(self, token: str, headers: dict[str, str], body: bytes) -> Answer:
        """Return the answer to a message; a good one is kept and told on."""
        with self.lock:
            asked = self.answers.popleft() if self.answers else self.always
        if asked is not None:
            return asked
        browser = self.browsers.get(token)
        if browser is None or browser.gone:
            return Answer(410)
        if len(body) > self.largest:
            return Answer(413)
        try:
            self._check(browser, headers, body)
            message = Message(token, headers, body, browser.decrypt(body) if browser.key else None)
        except (AssertionError, KeyError, ValueError, http_ece.ECEException) as error:
            self.refusals.append(f"{type(error).__name__}: {error}")
            return Answer(403 if "vapid" in str(error) else 400)
        with self.lock:
            self.arrived.append(message)
            if int(headers["ttl"]):
                browser.waiting[headers.get("topic", secrets.token_hex(8))] = message
        self.deliver(message)
        return Answer(201, {"Location": f"{self.origin}/m/{len(self.arrived)}"})

    def _check(self, browser: Browser, headers: dict[str, str], body: bytes) -> None:
        assert headers["content-encoding"] == "aes128gcm", "content-encoding"
        assert 0 <= int(headers["ttl"]) <= 2_592_000, "ttl"
        assert headers.get("urgency", "normal") in ("very-low", "low", "normal", "high"), "urgency"
        topic = headers.get("topic", "x")
        assert 0 < len(topic) <= 32, "topic"
        assert set(topic) <= set(b64(bytes(range(256)))), "topic alphabet"
        used = check_vapid(headers["authorization"], self.origin)
        assert browser.server_key in (None, used), "vapid key"
        size, id_length = struct.unpack("!IB", body[16:21])
        assert size >= 18, "record size"
        assert id_length == 65, "the sender's key"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PushService

    def setup(self) -> None:
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        with self.server.lock:
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        answer = self.server.judge(self.path.rsplit("/", 1)[-1], headers, body)
        time.sleep(answer.after_s)
        with self.server.lock:
            self.server.at_once -= 1
        if answer.drip:
            self._drip()
            return
        self.send_response(answer.status, http.client.responses.get(answer.status, ""))
        for name, value in (answer.headers | {"Content-Length": "0"}).items():
            self.send_header(name, value)
        self.end_headers()

    def _drip(self) -> None:
        """Send a header that never ends, a byte at a time."""
        self.close_connection = True
        try:
            self.wfile.write(b"HTTP/1.1 201 Created\r\nX-Slow: ")
            for _ in range(600):
                self.wfile.write(b"a")
                time.sleep(0.1)
        except OSError:
            return
