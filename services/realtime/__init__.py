"""Open pages hear what changed: nudges kept as rows, told to rooms in one frame per tick."""

from services.realtime.changes import RealtimeChange, nudge
from services.realtime.hub import install

__all__ = ["RealtimeChange", "install", "nudge"]
