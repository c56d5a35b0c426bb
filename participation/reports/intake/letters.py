"""Letters people write to the city, taken in by the process that listens for mail."""

import contextlib
import re

import msgspec
from flask import current_app

from participation.accounts import directory
from participation.reports.intake.actions import Taken, ignore_letter, take_letter
from participation.reports.intake.queries import letter_known, letters_full
from participation.reports.rules import MOST_PHOTOS, Category
from services import clock, maps, media, web
from services.auth import STRANGER, Actor
from services.db import Session, reading_session, unit_of_work
from services.db.one_by_one import wait_turn
from services.errors import InvalidError, TooManyError
from services.letter_links import without_secrets
from services.letters_in import Letter, Picture, Said, addresses, read
from services.media.sides import sides_of
from services.media.whereabouts import place_of

PLACE_LINE = re.compile(
    r"^\s*(?:place|address|where|location|주소|장소|위치|곳)\s*[:：]\s*(.{2,200})$", re.I
)
LONGEST_ADDRESS = 80
# What a letter draws among its words and has no longer side, in points, is a mark as it stands
# beneath a signature: no photo where there is another picture.
MARK = 200
MOST_TRIES = 5


def receive(letter: Letter) -> None:
    """Take one letter: committed when this returns; raises what the database raises.

    Raises TooManyError while there are too many: the mail server keeps it and tries again.
    """
    said = read(letter, web.settings().mail_in_authserv)
    engine = web.engine()
    with reading_session(engine) as session:
        if letter_known(session, said.name):
            return
        # Asked before the pictures are worked on, which is what costs.
        if letters_full(session, said.sender, clock.now()):
            raise TooManyError("too_many_letters", 3600)
        actor = _actor(session, said) if not said.automatic else STRANGER
    if said.automatic or not said.sender:
        with unit_of_work(engine) as session:
            ignore_letter(session, STRANGER, said.name, said.sender, at=clock.now())
        return
    taken = _understood(letter, said, actor)
    with unit_of_work(engine) as session:
        # The pictures took their time: who wrote may have left meanwhile.
        wait_turn(session, [] if actor.id is None else [actor.id])
        take_letter(session, _actor(session, said), taken, at=clock.now())


def _actor(session: Session, said: Said) -> Actor:
    """Return who wrote: someone with that address, if our mail server found it true."""
    lang = current_app.extensions["settings"].language
    person_id = directory.by_email(session, said.sender) if said.sender and said.vouched else None
    if person_id is None:
        return Actor(None, lang=lang)
    chosen = directory.languages_of(session, [person_id]).get(person_id, lang)
    return Actor(person_id, lang=chosen)


def _understood(letter: Letter, said: Said, actor: Actor) -> Taken:
    settings = web.settings()
    open_to_all = _without_secrets(said, settings.base_url)
    text, typed = _words(open_to_all)
    photos, left_out = _photos(said)
    spot = next((there for one in said.pictures if (there := place_of(one.data))), None)
    with reading_session(web.engine()) as session:
        place, spot = _place(session, typed, spot)
    headers = {"Auto-Submitted": "auto-replied"}
    if said.message_id:
        headers |= {"In-Reply-To": said.message_id, "References": said.message_id}
    return Taken(
        name=said.name,
        sender=said.sender,
        category=_category(letter),
        text=text,
        place=place,
        lat=spot[0] if spot else None,
        lon=spot[1] if spot else None,
        photos=photos,
        left_out=left_out,
        base_url=settings.base_url,
        lang=actor.lang,
        headers=headers,
        own=open_to_all.own,
        strict=bool(settings.first_time_queue),
    )


def _without_secrets(said: Said, base_url: str) -> Said:
    """Return what is said without our own secret links; where one stood, a letter of ours did."""
    text, subject = (without_secrets(one, base_url) for one in (said.text, said.subject))
    own = said.own and (text, subject) == (said.text, said.subject)
    return msgspec.structs.replace(said, text=text, subject=subject.strip(), own=own)


def _words(said: Said) -> tuple[str, str]:
    """Return (what is told, the place as it was typed on a line of its own)."""
    kept, typed = [], ""
    for line in said.text.split("\n"):
        found = PLACE_LINE.match(line)
        if found and not typed:
            typed = found[1].strip()
        else:
            kept.append(line)
    text = "\n".join(kept).strip()
    if said.subject and said.subject.casefold() not in text.casefold():
        text = f"{said.subject}\n{text}".strip()
    return text[:4000], typed


def _photos(said: Said) -> tuple[tuple[str, ...], int]:
    """Return the first pictures that can be read, stored, and how many others there were."""
    photos = [one for one in said.pictures if not _is_mark(one)] or said.pictures
    sent = list(dict.fromkeys(one.data for one in photos))
    taken: dict[str, None] = {}
    left_out = len(sent) + said.more_pictures
    for data in sent[:MOST_TRIES]:
        if len(taken) < MOST_PHOTOS:
            with contextlib.suppress(InvalidError):
                taken[media.accept(data)] = None
                left_out -= 1
    return tuple(taken), left_out


def _is_mark(picture: Picture) -> bool:
    """Say whether a picture is no photo for certain; of what is attached nothing is left out."""
    sides = sides_of(picture.data) if picture.within else None
    return sides is not None and max(sides) <= MARK


def _place(
    session: Session, typed: str, spot: tuple[float, float] | None
) -> tuple[str, tuple[float, float] | None]:
    """Return the name and point of the place; a typed one that is clear outweighs the photo's."""
    found = maps.search(session, typed[:LONGEST_ADDRESS]) if typed else []
    exact = [one for one in found if maps.folded(one.name) == maps.folded(typed)]
    clear = exact if len(exact) == 1 else found
    if len(clear) == 1:
        return clear[0].name, (clear[0].lat, clear[0].lon)
    if spot is not None:
        return typed or maps.named_near(session, *spot), spot
    return typed, None


def _category(letter: Letter) -> Category:
    """Return the kind that stands behind the plus sign of the address, if it is one."""
    for local, _ in addresses(letter.recipients):
        kind = local.partition("+")[2].lower().replace("-", "_")
        if kind in set(Category):
            return Category(kind)
    return Category.OTHER
