"""What other systems change through Open311, each under the name of its key."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

import msgspec
from sqlalchemy import select

from participation.events.reports import ReportChanged
from participation.reports.forwarding.models import OutsidePicture
from participation.reports.forwarding.queries import came_back
from participation.reports.history.chain import add_entry
from participation.reports.models import Report, ReportEntry
from participation.reports.open311.models import Open311Key
from participation.reports.open311.queries import SOURCE
from participation.reports.open311.rules import SCOPES, KeyRow, KeyScope
from participation.reports.opening import Origin, Told, hang_photo, store_once
from participation.reports.routing.models import Body
from participation.reports.rules import MOST_PHOTOS, Category
from services import audit, outbox
from services.auth import Actor
from services.db import Session, add_named
from services.errors import InvalidError, NotFoundError, RefusedError
from services.ids import parse_id, secret_token
from services.tokens import hash_of

NAME_LENGTH = 80
EVERYTHING = KeyScope()


class OutsideReport(Told, frozen=True, kw_only=True):
    """A report another system passes on; nothing of its reporter.

    `pictures` are addresses of pictures to be fetched later, as many as a report may have beside
    `photos`; staff are told of the others.
    """

    idempotency_key: str = ""
    device: str = ""
    pictures: tuple[str, ...] = ()

    def names(self, key_id: UUID, at: datetime) -> list[str]:
        """Return the stored name first, then others that mean the same post."""
        if self.idempotency_key:
            return [_name(key_id, "key", self.idempotency_key)]
        if not self.device:
            return [_name(key_id, "new", uuid4().hex)]
        told = (self.device, self.category.value, self.text, f"{self.lat},{self.lon}")
        said = [*told, self.place, self.answer, *(self.photos or ("",)), *self.pictures]
        days = (at.date(), (at - timedelta(days=1)).date())
        return [_name(key_id, "body", day.isoformat(), *said) for day in days]


def _name(key_id: UUID, *parts: str) -> str:
    told = msgspec.json.encode(parts)
    return f"{key_id.hex}:{hashlib.sha256(told).hexdigest()[:40]}"


def open_report_for(
    session: Session, actor: Actor, key: KeyRow, new: OutsideReport, *, at: datetime
) -> UUID:
    """Store a report once per (key, name of the post) and return its id; it has no reporter.

    Raises RefusedError for one that we sent out ourselves.
    """
    if came_back(session, new.text):
        raise RefusedError("own_request")
    names = new.names(key.id, at)
    known = select(Report.id).where(Report.source == SOURCE, Report.source_id.in_(names))
    origin = Origin(names[0], source=SOURCE)
    report, is_new = store_once(session, new, origin, known, at=at)
    if is_new:
        _keep_pictures(session, report.id, new, at)
        _record(session, actor, "open_report_for", report.id, key, at)
    return report.id


def _keep_pictures(session: Session, report_id: UUID, new: OutsideReport, at: datetime) -> None:
    room = MOST_PHOTOS - len(new.photos)
    for position, url in enumerate(new.pictures[:room], 1):
        wanted = OutsidePicture(report_id=report_id, url=url, due_at=at, tries=0)
        wanted.position = position
        session.add(wanted)
    if more := new.pictures[room:]:
        add_entry(session, _note(report_id, "\n".join(more), at))


def add_picture(
    session: Session, actor: Actor, report: Report, photo_hash: str, *, at: datetime
) -> None:
    """Give a report a picture that was fetched for it, unless it has it or enough by now; nobody
    has looked it over."""
    if hang_photo(session, report, actor, photo_hash, looked_over=False, at=at):
        audit.record(session, actor.id, "add_picture", "report", str(report.id), at=at)
        told = ReportChanged(report_id=report.id, what="add_picture")
        outbox.publish(session, told, at=at)


def _note(report_id: UUID, text: str, at: datetime) -> ReportEntry:
    return ReportEntry(
        id=uuid4(),
        report_id=report_id,
        at=at,
        kind="note",
        text=text,
        role="resident",
        public=False,
    )


def note_from(
    session: Session,
    actor: Actor,
    key: KeyRow,
    report: Report,
    told: tuple[str, str],
    *,
    at: datetime,
) -> tuple[UUID, bool]:
    """Keep what another system adds to a report, for staff; `told` is (its update id, text).

    Returns (the entry, whether it is new): the same update id is stored once.
    """
    name, text = told
    entry = _note(report.id, text, at)
    if name:
        entry.id = uuid5(key.id, f"{report.id}:{name}")
    is_new = session.get(ReportEntry, entry.id) is None
    if is_new:
        add_entry(session, entry)
        _record(session, actor, "note_from", report.id, key, at)
        outbox.publish(session, ReportChanged(report_id=report.id, what="note_from"), at=at)
    return entry.id, is_new


def _record(
    session: Session, actor: Actor, verb: str, report_id: UUID, key: KeyRow, at: datetime
) -> None:
    detail = {"key": key.name}
    audit.record(session, actor.id, verb, "report", str(report_id), at=at, detail=detail)


def issue_key(
    session: Session, actor: Actor, name: str, *, at: datetime, scope: KeyScope = EVERYTHING
) -> str:
    """Make a key for the system called `name` and return its token, which is shown only now."""
    name = " ".join(name.split())
    if not scope.scopes or not set(scope.scopes) <= set(SCOPES):
        raise InvalidError("key_scope", {"scopes": "one or more"})
    if scope.body_id is not None and session.get(Body, scope.body_id) is None:
        raise InvalidError("key_scope", {"body": "unknown"})
    if not set(scope.categories) <= set(Category):
        raise InvalidError("key_scope", {"categories": "unknown"})
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidError("name_length", {"name": "1 to 80 characters"})
    token = secret_token()
    key = Open311Key(id=uuid4(), name=name, token_hash=hash_of(token), made_at=at)
    key.body_id = scope.body_id
    key.scopes, key.categories = ",".join(scope.scopes), ",".join(scope.categories)
    add_named(session, key)
    detail = {"key": name, "scopes": key.scopes}
    audit.record(session, actor.id, "issue_key", "open311_key", str(key.id), at=at, detail=detail)
    return token


def renew_key(session: Session, actor: Actor, key_id: str, *, at: datetime) -> str:
    """Give the holder of a key a new token, a revoked one too, and return it; shown only now.

    The old token opens nothing from then on. What was told with it stays the holder's own, and
    what is told twice is known again. Raises NotFoundError for a key we never gave.
    """
    key, token = _given(session, key_id), secret_token()
    was = "revoked" if key.revoked_at else "valid"
    key.token_hash, key.made_at, key.revoked_at = hash_of(token), at, None
    session.flush()
    detail = {"key": key.name, "was": was}
    audit.record(session, actor.id, "renew_key", "open311_key", str(key.id), at=at, detail=detail)
    return token


def revoke_key(session: Session, actor: Actor, key_id: str, *, at: datetime) -> None:
    """End a key; doing it twice changes nothing. Raises NotFoundError for one we never gave."""
    key = _given(session, key_id)
    if key.revoked_at is None:
        key.revoked_at = at
        detail = {"key": key.name}
        audit.record(session, actor.id, "revoke_key", "open311_key", key_id, at=at, detail=detail)


def _given(session: Session, key_id: str) -> Open311Key:
    wanted = parse_id(key_id)
    key = session.get(Open311Key, wanted) if wanted else None
    if key is None:
        raise NotFoundError
    return key
