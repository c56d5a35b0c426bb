"""What a page says of what was read there."""

from datetime import datetime

from services.errors import InvalidError


def parse_until(text: str) -> datetime:
    """Return the moment, with its zone, up to which was read; raises InvalidError for none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidError("moment_unreadable", {"until": "unreadable"}) from error
    if found.tzinfo is None:
        raise InvalidError("moment_unreadable", {"until": "without a zone"})
    return found
