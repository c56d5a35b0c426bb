"""What a page says of what was read there."""

from datetime import UTC, datetime

from services.errors import InvalidError


def parse_until(text: str) -> datetime:
    """Return the moment up to which was read, in UTC; raises InvalidError for none."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise InvalidError("moment_unreadable", {"until": "without a zone"})
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError("moment_unreadable", {"until": "unreadable"}) from error
