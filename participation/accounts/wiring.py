"""Everything accounts bring to the application."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, delete
from sqlalchemy.exc import DBAPIError

from participation.accounts import (
    actions,
    cli,
    console,
    jobs,
    live,
    queries,
    seeds,
    views,
    views_identity,
)
from participation.events.accounts import PersonErased, PersonRoleChanged, SessionRevoked
from services import privacy
from services.config import Settings, SettingsError
from services.db import Session, reading_session
from services.jobs import Job
from services.push import PushMessage, subscriptions
from services.registry import Holding, MenuEntry, PrivacyHook, Purpose, Registry

log = logging.getLogger(__name__)
HOUR_S = 3600
TABLES = frozenset(
    {"person_role", "role_bound", "person_identity", "sign_in_session", "known_browser"}
)

HOLDING = Holding(
    "person",
    "My account",
    "you, and the operator who gives roles",
    "until you erase it",
    {
        "name": "Name",
        "email": "E-mail address",
        "sign_ins": "Browsers signed in",
        "known_browsers": "Browsers known by a hash, for a year",
        "identities": "Linked accounts",
        "roles": "Roles",
        "letters": "Letters on their way",
    },
)


def register(registry: Registry) -> None:
    registry.blueprints += [views.pages, views_identity.pages, console.pages]
    registry.purposes.append(NOTICES)
    registry.jobs.append(Job("accounts.forget_past", HOUR_S, jobs.forget_past))
    registry.jobs.append(Job("accounts.put_right", jobs.RIGHT_EVERY_S, jobs.put_codes_right))
    registry.jobs.append(Job("accounts.take_back_unheard", HOUR_S, jobs.take_back_unheard))
    registry.identify = queries.identify
    registry.seeds.append(seeds.seed_people)
    registry.cli.append(cli.people)
    registry.subscriptions.on(SessionRevoked, live.put_out)
    registry.subscriptions.on(PersonErased, live.put_out)
    registry.subscriptions.on(PersonRoleChanged, live.put_out)
    registry.menu += [
        MenuEntry("resident", "Me", "/me", "person", 90),
        MenuEntry("console", "People", "/console/people/", "person", 30, "operator"),
    ]
    registry.privacy.append(
        PrivacyHook(
            "accounts",
            HOLDING,
            TABLES,
            queries.export_of,
            actions.erase_person,
        )
    )
    privacy.install(registry)


def refuse_cast(engine: Engine, settings: Settings) -> None:
    """Raise SettingsError where production is to run on a database that was the demo city's.

    Whoever played there is signed in still, and may have been an operator who gave roles to
    themself. A database that does not answer is let be, for it may soon.
    """
    if settings.mode != "production":
        return
    try:
        with reading_session(engine) as session:
            played = queries.has_cast(session)
    except DBAPIError as error:
        log.warning("who lives here is not known: %s", type(error.orig).__name__)
        return
    if played:
        raise SettingsError(
            "MADANG_MODE is production, and this database was the demo city's, where anyone may "
            "be an operator: give production a database of its own in DATABASE_URL"
        )


def _browsers(session: Session, person_id: UUID) -> int:
    return len(subscriptions.subscriptions_of(session, person_id))


def _forget_browsers(session: Session, person_id: UUID, at: datetime) -> None:
    """Delete a person's browsers, and the notices that are on their way to them."""
    for one in subscriptions.subscriptions_of(session, person_id):
        subscriptions.unsubscribe(session, person_id, one.id, at=at)
    session.execute(delete(PushMessage).where(PushMessage.person_id == person_id))


NOTICES = Purpose(
    key="push",
    title="Notices on my phone or computer",
    text="We keep the address your browser's notification service gave us, to tell you when "
    "something you follow moves on.",
    to_whom="The notification service of your browser; it cannot read what we send.",
    until="Until you take it back, or the browser says it is gone.",
    text_version=1,
    held=_browsers,
    on_withdraw=_forget_browsers,
    given_by="push.subscribe",
    setup_url="/me/notifications",
)
