"""The only place that reads the wall clock."""

from datetime import UTC, datetime, timedelta

# The clocks of two machines differ by less; a difference as small is nobody's fault.
SKEW = timedelta(minutes=1)


def now() -> datetime:
    """Return the present moment, always aware and in UTC."""
    return datetime.now(UTC)
