"""When a form was opened, in a field that only we can have written."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from services.web.request import settings

LONGEST = 11
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(at: datetime) -> str:
    """Return a moment, to the second, as a signed text for a hidden field."""
    told = str(int(at.timestamp()))
    return f"{told}.{_sign(told)}"


def stamped_at(text: str) -> datetime | None:
    """Return the moment of a stamp, however old; None for a text that is none of ours."""
    told, _, sign = text.partition(".")
    if not told.isascii() or not told.isdigit() or len(told) > LONGEST or not sign.isascii():
        return None
    if not hmac.compare_digest(sign, _sign(told)):
        return None
    return EPOCH + timedelta(seconds=int(told))


def _sign(told: str) -> str:
    key = settings().secret_key.encode()
    return hmac.new(key, b"form\n" + told.encode(), hashlib.sha256).hexdigest()[:32]
