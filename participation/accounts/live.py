"""What the open pages of a person follow from: a right that ends puts them out of their rooms."""

from participation.events.accounts import PersonErased, PersonRoleChanged, SessionRevoked
from services import realtime
from services.db import Session


def put_out(_session: Session, event: SessionRevoked | PersonErased | PersonRoleChanged) -> None:
    """Close the person's sockets; the pages come back and join what they still may."""
    realtime.evict(event.person_id)
