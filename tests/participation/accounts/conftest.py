"""The city's provider, and someone who goes through its door and comes back to Madang."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app as application
from services.auth.oidc import CALLBACK
from services.config import load
from tests import oidc

BASE = "http://127.0.0.1:8000"
Through = Callable[..., TestResponse]
City = Callable[..., Flask]


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    with oidc.provider(BASE + CALLBACK) as url:
        yield url


@pytest.fixture
def city(database_url: str, engine: sa.Engine, issuer: str, tmp_path: Path) -> Iterator[City]:
    """Return the way to start a city that trusts the provider, with settings of its own."""
    with ExitStack() as closing:

        def start(**own: str) -> Flask:
            told = oidc.settings(issuer) | {
                "MADANG_MODE": "test",
                "MADANG_DATA_DIR": str(tmp_path / "var"),
                "DATABASE_URL": database_url,
            }
            made = application.create_app(load(told | own))
            closing.callback(made.extensions["engine"].dispose)
            return made

        yield start


@pytest.fixture
def go_through() -> Iterator[Through]:
    """Return the way of `login` with a browser: to the provider, through it, and back."""
    with ExitStack() as closing:

        def walk(
            client: FlaskClient, login: str, *, to: str = "/", declines: bool = False
        ) -> TestResponse:
            start = client.get(f"/sign-in/oidc?next={to}")
            assert start.status_code == 303, start.text
            person = oidc.Person(login)
            closing.callback(person.close)
            way = person.decline if declines else person.pass_through
            back = way(str(start.location), BASE + CALLBACK)
            return client.get(back.removeprefix(BASE))

        yield walk
