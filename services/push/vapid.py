"""This installation's own key towards push services (RFC 8292), and tokens kept while good."""

import base64
import contextlib
import os
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid02

LIVES_S = 12 * 3600
RENEW_S = 3600
# People choose the origins: their number has a bound.
KEPT = 500


class Vapid:
    """Signs for each push service's origin; a token is reused until an hour before its end."""

    def __init__(self, key_file: Path, subject: str) -> None:
        self.key_file = key_file
        self.subject = subject
        self._key: Vapid02 | None = None
        self._kept: dict[str, tuple[float, str]] = {}
        self._lock = threading.RLock()

    def key(self) -> Vapid02:
        """Return the key, made at first need and readable by its owner alone."""
        with self._lock:
            if self._key is None:
                if not self.key_file.exists():
                    _make(self.key_file)
                self._key = Vapid02.from_pem(self.key_file.read_bytes())
            return self._key

    def public_key(self) -> str:
        """Return the uncompressed P-256 point in base64url, as browsers want it."""
        point = self.key().public_key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def authorization(self, endpoint: str) -> str:
        """Return the Authorization header for an endpoint's origin; threads share one."""
        origin = audience(endpoint)
        with self._lock:
            ends, header = self._kept.get(origin, (0.0, ""))
            # One that seems to live longer was signed by a clock that was ahead, and is refused.
            if not RENEW_S <= ends - time.time() <= LIVES_S:
                if len(self._kept) >= KEPT:
                    self._kept.clear()
                ends = time.time() + LIVES_S
                claims = {"sub": self.subject, "aud": origin, "exp": int(ends)}
                header = str(self.key().sign(claims)["Authorization"])
                self._kept[origin] = (ends, header)
            return header


def audience(endpoint: str) -> str:
    """Return the origin of a URL as RFC 6454 writes it: lower case, no usual port."""
    parts = urlsplit(endpoint)
    usual = parts.port in (None, 443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if usual else f":{parts.port}")


def _make(path: Path) -> None:
    """Put a fresh key at `path` whole or not at all; one that another process put there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = Vapid02()
    fresh.generate_keys()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(fresh.private_pem())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
