"""A trail that may be changed past the application."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from services import audit
from services.db import unit_of_work
from tests.conftest import AT
from tests.services.audit.acts import ACTS, HEAD, TABLE


@pytest.fixture
def trail(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A trail of twelve acts, and a way to it past the application."""
    with engine.begin() as connection:
        connection.execute(sa.delete(TABLE))
        connection.execute(sa.delete(HEAD))
    for number in range(ACTS):
        with unit_of_work(engine) as session:
            who, at = UUID(int=number), AT + timedelta(minutes=number)
            detail = {"to": str(number)}
            audit.record(session, who, "paint", "wall", f"w{number}", at=at, detail=detail)
    with engine.connect() as connection:
        yield connection
