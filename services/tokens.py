"""Tokens that prove something by themselves: random ones kept as hashes, and sealed ones.

A random token is kept as its hash alone. A sealed one is kept nowhere: it carries what it is
about, and a sign that only the city's secret makes.
"""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

SIGN = 16
ID = 16


def hash_of(token: str) -> str:
    """Return SHA-256 in hex, what is stored of a token: random and long, it needs one round."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(secret: str, purpose: str, text: str) -> str:
    """Return HMAC-SHA-256 in hex; without the secret a short code cannot be guessed from it."""
    return hmac.new(secret.encode(), f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def sealed(secret: str, purpose: str, *ids: UUID) -> str:
    """Return a URL-safe token that carries `ids` and is good for `purpose` alone, for ever."""
    told = b"".join(one.bytes for one in ids)
    return base64.urlsafe_b64encode(told + _sign(secret, purpose, told)).decode().rstrip("=")


def unsealed(secret: str, purpose: str, token: str) -> tuple[UUID, ...]:
    """Return the ids a sealed token carries; none for a token that is not ours or not for this."""
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return ()
    told, sign = whole[:-SIGN], whole[-SIGN:]
    if not told or len(told) % ID or not hmac.compare_digest(sign, _sign(secret, purpose, told)):
        return ()
    return tuple(UUID(bytes=told[at : at + ID]) for at in range(0, len(told), ID))


def _sign(secret: str, purpose: str, told: bytes) -> bytes:
    return hmac.new(secret.encode(), f"{purpose}\n".encode() + told, hashlib.sha256).digest()[:SIGN]
