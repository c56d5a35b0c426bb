"""A report whose one photo nobody has looked over yet."""

import pytest
from flask import Flask

from tests.participation.reports.photos.covers import Visit
from tests.participation.reports.photos.looks import sent, waiting


@pytest.fixture
def report_id(visit: Visit) -> str:
    """A report of 민지's, sent without script."""
    return sent(visit)


@pytest.fixture
def photo(app: Flask, report_id: str) -> str:
    """The photo of `report_id` that waits, by its hash."""
    (one,) = waiting(app, report_id)
    return one
