"""A key, a caller without a browser, and a few reports of our own."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from participation.reports.open311 import actions as open311_actions
from services.db import unit_of_work
from tests.conftest import AT
from tests.people import HANA

LAMP = {
    "service_code": "street_light",
    "description": "가로등이 꺼졌어요 <b>&amp;</b>",
    "lat": "34.21",
    "long": "127.91",
    "address_string": "해오름길 3",
    "email": "minsu@example.org",
    "first_name": "Minsu",
    "last_name": "Gong",
    "phone": "010-5555-0199",
    "attribute[detail]": "lamp 17",
}


@pytest.fixture
def key(engine: sa.Engine) -> str:
    with unit_of_work(engine) as session:
        return open311_actions.issue_key(session, HANA, "Next town", at=AT)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def lamp(key: str) -> dict[str, Any]:
    return {**LAMP, "api_key": key}
