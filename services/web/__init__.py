"""What every page needs: this request's session and actor, safety, errors as answers."""

from services.web.browsers import device
from services.web.faults import in_time, sentences, wants_json
from services.web.install import install
from services.web.leading import form_on
from services.web.limits import Limit, limit, line_of, use
from services.web.marks import is_marked, person_mark
from services.web.refusal import Refusal, drawn_on, refusal
from services.web.request import (
    actor,
    at,
    engine,
    give_up,
    holds_turn,
    registry,
    session,
    settings,
)
from services.web.safety import PICTURES, takes_files
from services.web.stamps import stamp, stamped_at

__all__ = [
    "PICTURES",
    "Limit",
    "Refusal",
    "actor",
    "at",
    "device",
    "drawn_on",
    "engine",
    "form_on",
    "give_up",
    "holds_turn",
    "in_time",
    "install",
    "is_marked",
    "limit",
    "line_of",
    "person_mark",
    "refusal",
    "registry",
    "sentences",
    "session",
    "settings",
    "stamp",
    "stamped_at",
    "takes_files",
    "use",
    "wants_json",
]
