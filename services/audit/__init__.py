"""Who did what, when: append-only and hash-chained, so that a later change is found."""

from services.audit.trail import (
    NOTHING,
    AuditEntry,
    AuditHead,
    AuditRow,
    Head,
    head,
    intact,
    latest,
    record,
)

__all__ = [
    "NOTHING",
    "AuditEntry",
    "AuditHead",
    "AuditRow",
    "Head",
    "head",
    "intact",
    "latest",
    "record",
]
