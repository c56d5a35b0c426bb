"""Who may see a picture."""

from sqlalchemy import select

from participation.reports.access import may_see
from participation.reports.models import Report
from participation.reports.photos.queries import is_covered
from services.auth import Actor
from services.db import Session


def may_see_picture(session: Session, actor: Actor, photo_hash: str) -> bool:
    """Say whether a picture may be seen: where a report shows it that the actor may see.

    What no report shows is closed, and so is what was covered, whoever asks.
    """
    shown_by = session.scalars(select(Report).where(Report.photo_hash == photo_hash)).all()
    shown = any(may_see(session, actor, report) for report in shown_by)
    return shown and not is_covered(session, photo_hash)
