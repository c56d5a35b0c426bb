"""A listener for letters, a street to name in them, and someone known who writes."""

from collections.abc import Iterator

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions as accounts
from services import maps
from services.auth import STRANGER, Actor
from services.db import unit_of_work
from services.serving import ingest
from tests.conftest import AT
from tests.participation.reports.intake.letters import AUTHSERV, DOMAIN, WRITER
from tests.servers import free_port


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """The port of a real listener before the product."""
    number = free_port()
    given = {"mail_in_bind": f"127.0.0.1:{number}", "mail_in_domain": DOMAIN}
    settings = msgspec.structs.replace(
        app.extensions["settings"], **given, mail_in_authserv=AUTHSERV
    )
    app.extensions["settings"] = settings
    control, box = ingest.listener(app, settings)
    control.start()
    yield number
    box.close()
    control.stop()


@pytest.fixture
def street(engine: sa.Engine) -> str:
    with unit_of_work(engine) as session:
        name = "샘물로 21"
        row = {"name": name, "folded": maps.folded(name), "kind": 3, "lat": 34.21, "lon": 127.91}
        table = maps.places.PlaceName.__table__
        session.execute(sa.insert(table), [row | {"cell": 0}])
    return name


@pytest.fixture
def writer(engine: sa.Engine) -> Actor:
    """Someone with an account under the address that writes."""
    with unit_of_work(engine) as session:
        return Actor(accounts.join(session, STRANGER, "김", WRITER, at=AT))
