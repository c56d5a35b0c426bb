"""What travels to a browser: small, readable without our worker, smaller still when refused."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import msgspec

# RFC 8291: push services take 4,096 bytes; 103 of them are the envelope of RFC 8188.
LARGEST = 3993
SHORTENED = (240, 80, 0)


def forms(body: bytes, base_url: str) -> Iterator[bytes]:
    """Yield `body` as JSON with a full address, then ever shorter until only the title is left.

    What it was told upon stays here.
    """
    message: dict[str, Any] = msgspec.json.decode(body)
    message.pop("upon", None)
    shown: dict[str, Any] = message["notification"]
    for one in (shown, *shown.get("actions", ())):
        one["navigate"] = urljoin(base_url + "/", one["navigate"])
    whole = msgspec.json.encode(message)
    if len(whole) <= LARGEST:
        yield whole
    text, title = str(shown["body"]), str(shown["title"])
    for room in SHORTENED:
        shown["body"] = _cut(text, room)
        shown["title"] = _cut(title, 120)
        shorter = msgspec.json.encode(message)
        if len(shorter) < len(whole) and len(shorter) <= LARGEST:
            yield shorter


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 0)] + ("…" if room else "")
