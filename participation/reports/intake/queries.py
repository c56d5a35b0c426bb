"""What is read of letters that wait for their sender's word, and of callers' links."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from participation.accounts import directory
from participation.reports.intake.models import CallerLink, LetterIn, LetterPhoto
from services.db import Session
from services.tokens import hash_of

# What one address, and all together, may write in an hour; the rest waits at the mail server.
OF_ONE_AN_HOUR, OF_ALL_AN_HOUR = 10, 600


class Draft(msgspec.Struct, frozen=True):
    """What a letter told, as far as it was understood; place in WGS84 degrees."""

    id: UUID
    category: str
    text: str
    place: str
    lat: float | None
    lon: float | None
    photos: tuple[str, ...]


def draft_of(session: Session, token: str, at: datetime) -> Draft | None:
    """Return the draft a link leads to, as long as it waits."""
    row = session.scalar(
        select(LetterIn).where(
            LetterIn.token_hash == hash_of(token),
            LetterIn.state == "draft",
            LetterIn.expires_at > at,
        )
    )
    if row is None:
        return None
    further = select(LetterPhoto.photo_hash).where(LetterPhoto.letter_id == row.id)
    names = [row.photo_hash, *session.scalars(further.order_by(LetterPhoto.position))]
    photos = tuple(filter(None, names))
    return Draft(row.id, row.category, row.text, row.place, row.lat, row.lon, photos)


def letter_known(session: Session, name: str) -> bool:
    """Say whether a letter was taken before."""
    return session.scalar(select(LetterIn.id).where(LetterIn.name == name)) is not None


def letters_since(session: Session, sender_hash: str | None, since: datetime) -> int:
    """Return how many letters of a sender, None: of all, were taken since."""
    count = select(func.count()).select_from(LetterIn).where(LetterIn.at > since)
    if sender_hash is not None:
        count = count.where(LetterIn.sender_hash == sender_hash)
    return session.scalar(count) or 0


def letters_full(session: Session, sender: str, at: datetime) -> bool:
    """Say whether `sender`, or all together, wrote as much as an hour takes."""
    hour = at - timedelta(hours=1)
    one = letters_since(session, hash_of(directory.one_form(sender)), hour) if sender else 0
    return one >= OF_ONE_AN_HOUR or letters_since(session, None, hour) >= OF_ALL_AN_HOUR


def link_of(session: Session, token: str, at: datetime) -> CallerLink | None:
    """Return the row of a caller's link that was not used and is still good."""
    return session.scalar(
        select(CallerLink).where(
            CallerLink.token_hash == hash_of(token),
            CallerLink.used_at.is_(None),
            CallerLink.expires_at > at,
        )
    )


def held_pictures(session: Session, hashes: Sequence[str], at: datetime) -> set[str]:
    """Return those of `hashes` that a draft holds, which waits for its sender's word."""
    waits = LetterIn.expires_at > at
    first = select(LetterIn.photo_hash).where(LetterIn.photo_hash.in_(hashes), waits)
    further = select(LetterPhoto.photo_hash).join(LetterIn, LetterIn.id == LetterPhoto.letter_id)
    further = further.where(LetterPhoto.photo_hash.in_(hashes), waits)
    held = (*session.scalars(first), *session.scalars(further))
    return {one for one in held if one is not None}


def _exported(session: Session, letter: LetterIn) -> dict[str, Any]:
    further = select(LetterPhoto.photo_hash).where(LetterPhoto.letter_id == letter.id)
    return {
        "at": letter.at.isoformat(),
        "state": letter.state,
        "category": letter.category,
        "text": letter.text,
        "place": letter.place,
        "lat": letter.lat,
        "lon": letter.lon,
        "photos": [*filter(None, [letter.photo_hash]), *session.scalars(further)],
    }


def export_of(session: Session, person_id: UUID) -> dict[str, Any]:
    """Return the letters and links of a person."""
    letters = session.scalars(select(LetterIn).where(LetterIn.person_id == person_id)).all()
    links = session.scalars(select(CallerLink).where(CallerLink.person_id == person_id))
    return {
        "letters": [_exported(session, one) for one in letters],
        "links": [{"report": str(one.report_id)} for one in links],
    }
