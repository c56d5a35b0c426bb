"""What others may want to know of notices."""

from typing import ClassVar
from uuid import UUID

from services.outbox import Event


class LastBrowserGone(Event, frozen=True):
    """A person's only browser is gone, as its push service says: no notice reaches them now."""

    kind: ClassVar[str] = "push.last_browser_gone"
    person_id: UUID
