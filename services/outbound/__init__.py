"""The one way out to addresses that people give us: https, public hosts, no redirects, in time."""

from services.outbound.addresses import AddressError, UnresolvedError, checked
from services.outbound.client import GuardedSession, TooLargeError

__all__ = ["AddressError", "GuardedSession", "TooLargeError", "UnresolvedError", "checked"]
