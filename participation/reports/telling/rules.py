"""By what notices of a report are known, and the link that stops its letters without a sign-in."""

from uuid import UUID

from services.tokens import sealed, unsealed

PURPOSE = "unfollow"
# What notices of steps are told upon: the reports that their reader follows.
FOLLOWED = "reports.followed"


def tag_of(report_id: UUID) -> str:
    """Return the tag of the notices of a report: a newer one takes the place of an older."""
    return f"report-{report_id}"


def desk_tag_of(report_id: UUID) -> str:
    """Return the tag of the notices to whose desk a report is on: no step takes their place."""
    return f"desk-{report_id}"


def words_tag_of(report_id: UUID) -> str:
    """Return the tag of the letters that say what somebody wrote in a step of a report."""
    return f"words-{report_id}"


def stop_url(base_url: str, secret: str, report_id: UUID, person_id: UUID) -> str:
    """Return the address of the page that stops what one person hears of one report."""
    token = sealed(secret, PURPOSE, report_id, person_id)
    return f"{base_url.rstrip('/')}/reports/stop/{token}"


def meant_by(secret: str, token: str) -> tuple[UUID, UUID] | None:
    """Return (report, person) of such a link; None for one that is none of ours."""
    found = unsealed(secret, PURPOSE, token)
    return (found[0], found[1]) if len(found) == 2 else None


def stop_headers(url: str) -> dict[str, str]:
    """Return the headers by which a mail program offers to stop with one tap (RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
