"""What was noted within a savepoint is undone with it, and with whatever surrounds it."""

from sqlalchemy.orm import SessionTransaction


def within(one: SessionTransaction | None, whole: SessionTransaction) -> bool:
    """Say whether a savepoint is another one or lies within it, kept by itself or not."""
    while one is not None and one is not whole:
        one = one.parent
    return one is not None
