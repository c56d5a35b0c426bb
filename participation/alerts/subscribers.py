"""What follows when a report opened or moved, and when a digest is to be mailed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from participation.accounts import directory
from participation.alerts.models import AlertHit
from participation.alerts.queries import awake_labels_of
from participation.alerts.rules import FRESH
from participation.alerts.telling import (
    Sources,
    drop_untold,
    find_followers,
    place_tag_of,
    tag_of,
)
from participation.events.alerts import DigestMade
from participation.events.reports import ReportMoved, ReportOpened
from services import clock, i18n, letters
from services.db import Session
from services.db.one_by_one import wait_turn

OPEN = "open"


class Listener:
    """Hears of reports; `sources` says what the events themselves do not."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def hear_opened(self, session: Session, event: ReportOpened) -> None:
        """Find who follows the place, if the report is public and not for longer than two days."""
        wait_turn(session, [event.report_id])
        now, told = clock.now(), self.sources.told_of(session, event.report_id)
        if told is not None and now - told.public_at <= FRESH:
            find_followers(session, self.sources, event.report_id, told, at=now)

    def hear_moved(self, session: Session, event: ReportMoved) -> None:
        """Tell nobody of what was hidden; what is open again is news to whom it was not told."""
        # What is written of it this moment is found here, or sees that it is hidden.
        wait_turn(session, [event.report_id])
        now, told = clock.now(), self.sources.told_of(session, event.report_id)
        if told is None:
            drop_untold(session, event.report_id, at=now)
        elif event.status == OPEN and now - told.public_at <= FRESH:
            find_followers(session, self.sources, event.report_id, told, at=now)

    def mail_digest(self, session: Session, event: DigestMade) -> None:
        """Put the letter of what was found on its way, to who has an address and still follows."""
        mine = select(AlertHit).where(AlertHit.digest_id == event.digest_id)
        hits = session.scalars(
            mine.order_by(AlertHit.found_at, AlertHit.report_id, AlertHit.alert_id)
        ).all()
        # Who leaves meanwhile, or hides one of these, finds this letter; or it is not written.
        wait_turn(session, [event.person_id, *(hit.report_id for hit in hits)])
        address = directory.email_of(session, event.person_id) if hits else None
        if address is None:
            return
        settings = self.sources.settings
        langs = directory.languages_of(session, [event.person_id])
        lang = langs.get(event.person_id, settings.language)
        lines = self._lines(session, hits, lang)
        if lines:
            subject = i18n.translate(lang, "What happened at your places")
            text = "\n\n".join([*lines, self._end(lang)]) + "\n"
            topics = {tag_of(hit.report_id) for hit in hits}
            topics |= {place_tag_of(hit.alert_id) for hit in hits}
            source = letters.Source(event, frozenset(topics))
            letters.enqueue(session, address, subject, text, at=clock.now(), source=source)

    def _lines(self, session: Session, hits: Sequence[AlertHit], lang: str) -> list[str]:
        labels = awake_labels_of(session, [h.alert_id for h in hits])
        told: dict[UUID, str] = {}
        for hit in hits:
            if hit.alert_id not in labels or hit.report_id in told:
                continue
            if (report := self.sources.told_of(session, hit.report_id)) is None:
                continue
            url = f"{self.sources.settings.base_url}/reports/{hit.report_id}"
            kind = i18n.translate(lang, report.kind)
            told[hit.report_id] = f"{labels[hit.alert_id]} · {kind}\n{report.title}\n{url}"
        return list(told.values())

    def _end(self, lang: str) -> str:
        said = i18n.translate(lang, "You follow these places. Change it, or stop it, here:")
        return f"{said}\n{self.sources.settings.base_url}/me/places"
