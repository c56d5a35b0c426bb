"""One-time codes by mail: asked for, redeemed, and guessed at by whoever knows an address.

What bounds a stranger must not keep the owner out: each browser has codes of its own, and one that
signed in as the owner before is not bound by what others do. All is counted by address, whether
someone has it or not, so that no answer tells.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import case, func, or_, select, update

from participation.accounts import directory, rules
from participation.accounts.actions import join
from participation.accounts.models import KnownBrowser, LoginCode, PersonRole
from services import audit, i18n, letters
from services.auth import STRANGER, Role
from services.db import Session
from services.errors import InvalidError, TooManyError
from services.tokens import keyed_hash

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUBJECT = "Someone tries to sign in with your address"
TEXT = (
    "Someone asked for codes with your e-mail address and typed wrong ones, many times within a "
    "day. Nobody came in that way. For the next hours we take codes only in browsers you signed in "
    "with before. You need not do anything. If it was you, go on in such a browser, or tomorrow."
)


class Asker(msgspec.Struct, frozen=True):
    """The browser and the line someone asks from, as keyed hashes; None where there is none."""

    browser: str | None = None
    line: str | None = None


NOBODY = Asker()


def request_code(
    session: Session, secret: str, email: str, asker: Asker = NOBODY, *, at: datetime
) -> str:
    """Make a one-time code for an address and return it, to be mailed.

    It is good in the asking browser alone. Raises InvalidError for no address, TooManyError above
    five codes an hour for one browser or line, and above what an address is sent or bears.
    """
    address = rules.normal_email(email)
    if address is None:
        raise InvalidError("email_invalid", {"email": "invalid"})
    key = keyed_hash(secret, "email", address)
    # The newest code of a browser counts: none that a clock sent ahead may claim to be newer.
    ahead = update(LoginCode).where(LoginCode.email_hash == key, LoginCode.sent_at > at)
    session.execute(ahead.values(rules.sent_before(at)))
    if wait := _wait(session, key, email, asker, at):
        raise TooManyError(retry_after_s=int(wait.total_seconds()) + 1)
    code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
    session.add(
        LoginCode(
            email_hash=key,
            code_hash=keyed_hash(secret, key, code),
            browser=asker.browser,
            line=asker.line,
            sent_at=at,
            expires_at=at + rules.CODE_LIVES,
        )
    )
    audit.record(session, None, "request_code", "sign_in", "", at=at)
    return code


def _wait(session: Session, key: str, email: str, asker: Asker, at: datetime) -> timedelta | None:
    """Return how long to wait for another code; None where it may be asked for now."""
    known, (misses, since) = _knows(session, email, asker), _misses(session, key, at)
    own = LoginCode.browser == asker.browser
    mine = own if known else or_(own, LoginCode.line == asker.line)
    lately = LoginCode.email_hash == key, LoginCode.sent_at > at - HOUR
    all_sent, sent = session.execute(
        select(func.count(), func.count(case((mine, 1)))).where(*lately)
    ).one()
    if sent >= rules.CODES_PER_HOUR or (all_sent >= rules.CODES_PER_ADDRESS and not known):
        return HOUR
    if since is not None and misses >= rules.MISSES_A_DAY and not known:
        return since + DAY - at
    return None


def _knows(session: Session, email: str, asker: Asker) -> bool:
    """Say whether who has the address signed in with this browser before."""
    seen = select(func.count()).where(
        KnownBrowser.person_id == directory.by_email(session, email),
        KnownBrowser.browser == asker.browser,
    )
    return session.scalar(seen) not in (0, None)


def _misses(session: Session, key: str, at: datetime) -> tuple[int, datetime | None]:
    """Return the wrong guesses at an address within a day, and when the first was sent for."""
    tried = func.sum(LoginCode.tries) - func.count(LoginCode.used_at)
    within = LoginCode.email_hash == key, LoginCode.sent_at > at - DAY, LoginCode.tries > 0
    count, since = session.execute(select(tried, func.min(LoginCode.sent_at)).where(*within)).one()
    return int(count or 0), since


def redeem_code(
    session: Session, secret: str, email: str, code: str, asker: Asker = NOBODY, *, at: datetime
) -> UUID | None:
    """Use a code up and return the person it signs in, or None if it is wrong.

    A wrong guess is counted in the same transaction, so the caller must let it commit. Only the
    newest code this browser asked for counts: asking for another gives no more guesses at the last
    one, and what others ask for takes none away.
    """
    address = rules.normal_email(email)
    key = keyed_hash(secret, "email", address or "")
    row = session.scalar(
        select(LoginCode)
        .where(LoginCode.email_hash == key, LoginCode.browser == asker.browser)
        .order_by(LoginCode.sent_at.desc(), LoginCode.id)
        .limit(1)
        .with_for_update()
    )
    # Compared in any case, so that the time taken does not tell whether a code is on its way.
    right = hmac.compare_digest(
        row.code_hash if row else key, keyed_hash(secret, key, rules.digits(code))
    )
    if address is None or row is None or not _taken(session, row, email, asker, at):
        return None
    row.tries += 1
    if not right:
        audit.record(session, None, "miss_code", "sign_in", "", at=at)
        _warn_owner(session, row, email, at)
        return None
    row.used_at = at
    return _person_of(session, email, at)


def _taken(session: Session, row: LoginCode, email: str, asker: Asker, at: datetime) -> bool:
    """Say whether a code is taken at all: it lives, and its address was not missed too often."""
    alive = row.used_at is None and row.expires_at > at and row.tries < rules.CODE_TRIES
    misses, _ = _misses(session, row.email_hash, at)
    return alive and (misses < rules.MISSES_A_DAY or _knows(session, email, asker))


def _warn_owner(session: Session, row: LoginCode, email: str, at: datetime) -> None:
    """Write to who has the address, once a day, where guesses at it were many."""
    if _misses(session, row.email_hash, at)[0] < rules.MISSES_A_DAY:
        return
    warned = select(func.max(LoginCode.warned_at)).where(LoginCode.email_hash == row.email_hash)
    last: datetime | None = session.scalar(warned)
    if last is not None and last > at - DAY:
        return
    row.warned_at = at
    address, owner = rules.normal_email(email), directory.by_email(session, email)
    if address is not None and owner is not None:
        lang = directory.languages_of(session, [owner])[owner]
        subject, text = i18n.translate(lang, SUBJECT), i18n.translate(lang, TEXT)
        letters.enqueue(session, address, subject, text, at=at)


def _person_of(session: Session, email: str, at: datetime) -> UUID:
    if (known := directory.by_email(session, email)) is not None:
        return known
    address = rules.normal_email(email) or ""
    person_id = join(session, STRANGER, rules.name_from_email(address), address, at=at)
    session.add(PersonRole(person_id=person_id, role=Role.RESIDENT.value))
    return person_id
