"""A database from before photos followed: what its reports show counts as told, words stay."""

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from participation.reports.forwarding.models import ForwardingWord
from participation.reports.models import ReportEntry
from services.db import Session, migrate, unit_of_work
from tests.conftest import AT
from tests.participation.reports.forwarding.conftest import City
from tests.participation.reports.forwarding.test_bodies_of_every_kind import Body, body
from tests.participation.reports.forwarding.test_photos_follow_a_report import (
    FIRST,
    SECOND,
    sent,
    told,
)

__all__ = ["body"]
FURTHER = "c" * 64


def there_and_back(url: str) -> None:
    """Take a database to where no photo followed, and up again."""
    script = ScriptDirectory.from_config(migrate.configuration(url))
    (mine,) = [one for one in script.walk_revisions() if "since another body" in (one.doc or "")]
    migrate.downgrade(url, str(mine.down_revision))
    migrate.upgrade(url)


def test_what_is_shown_today_is_not_sent_and_no_word_is_lost(
    city: City, body: Body, database_url: str
) -> None:
    told(city, body, FIRST, SECOND, FURTHER, looked_over=True)
    with unit_of_work(city.engine) as session:
        entry = session.scalars(sa.select(ReportEntry.id)).first()
        for of in ({"entry_id": entry}, {"photo_hash": "d" * 64}):
            row = ForwardingWord(forwarding_id=city.row().id, word="OPEN", due_at=AT, tries=0, **of)
            row.state = "told"
            session.add(row)
    city.engine.dispose()
    there_and_back(database_url)
    assert city.row().photos.split(",") == [FIRST, SECOND, FURTHER]
    assert [one.entry_id for one in city.words()] == [entry]
    city.pass_on()
    with Session(city.engine) as session:
        assert session.scalars(sa.select(ForwardingWord.photo_hash)).all() == [None]
    assert sent(body) == []
