"""Who erased a blocked account and comes back with its address is blocked as before."""

from participation.events.accounts import PersonJoined
from participation.reports.blocks import actions
from services import clock
from services.auth import STRANGER
from services.config import Settings
from services.db import Session


class Doorkeeper:
    """Knows an address again by its hash, which the secret in `settings` keys."""

    def __init__(self, settings: Settings) -> None:
        self.secret = settings.secret_key

    def block_again(self, session: Session, event: PersonJoined) -> None:
        actions.block_again(session, STRANGER, event.person_id, self.secret, at=clock.now())
