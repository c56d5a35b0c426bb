"""Open pages hear what changed: nudges kept as rows, told to rooms in one frame per tick."""

from services.realtime.changes import RealtimeChange, nudge
from services.realtime.hub import Hub
from services.realtime.install import install
from services.realtime.rights import evict

__all__ = ["Hub", "RealtimeChange", "evict", "install", "nudge"]
