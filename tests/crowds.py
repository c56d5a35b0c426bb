"""Many people at once, and how often the database is asked for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import sqlalchemy as sa

from participation.accounts.models import Person
from services import clock
from services.db import insert_many, unit_of_work
from services.push import PushSubscription

LANGUAGES = ("ko", "en")


def crowd(engine: sa.Engine, many: int) -> list[UUID]:
    """Return new people, each with a browser of their own; every other one reads English."""
    people, at = [uuid4() for _ in range(many)], clock.now()
    named = [
        {"id": one, "display_name": "Kim", "language": LANGUAGES[n % 2], "created_at": at}
        for n, one in enumerate(people)
    ]
    given = {"p256dh": "x", "auth": "y", "label": "", "created_at": at, "failures": 0}
    browsers = [
        {"id": uuid4(), "person_id": one, "endpoint": f"https://push.example.org/{one}", **given}
        for one in people
    ]
    with unit_of_work(engine) as session:
        insert_many(session, Person, named)
        insert_many(session, PushSubscription, browsers)
    return people


@contextmanager
def asked(engine: sa.Engine) -> Iterator[list[str]]:
    """Yield the list of statements the database is sent meanwhile; one with many rows is one."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)
