"""The only place that reads the wall clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, always aware and in UTC."""
    return datetime.now(UTC)
