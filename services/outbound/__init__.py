"""The one way out to addresses that people give us: https, public hosts, no redirects, in time."""

from services.outbound.addresses import AddressError, CrowdedError, UnresolvedError, checked
from services.outbound.client import GuardedSession, TooLargeError

__all__ = [
    "AddressError",
    "CrowdedError",
    "GuardedSession",
    "TooLargeError",
    "UnresolvedError",
    "checked",
]
