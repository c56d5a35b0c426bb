"""Who did what, when: append-only and hash-chained, so that a later change is found."""

from services.audit.trail import AuditEntry, AuditRow, head, intact, latest, record

__all__ = ["AuditEntry", "AuditRow", "head", "intact", "latest", "record"]
