"""Who did what, when: append-only and hash-chained, so that a later change is found."""

from services.audit.checking import EVERY_S as CHECK_EVERY_S
from services.audit.checking import AuditCheck, Checked, check_on, checked
from services.audit.search import AuditRow, Wanted, latest
from services.audit.trail import (
    NOTHING,
    AuditEntry,
    AuditHead,
    Head,
    head,
    intact,
    record,
)

__all__ = [
    "CHECK_EVERY_S",
    "NOTHING",
    "AuditCheck",
    "AuditEntry",
    "AuditHead",
    "AuditRow",
    "Checked",
    "Head",
    "Wanted",
    "check_on",
    "checked",
    "head",
    "intact",
    "latest",
    "record",
]
