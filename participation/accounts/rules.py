"""Limits of signing in, as constants and pure functions."""

import re
import unicodedata
from datetime import datetime, timedelta

import idna

from services.auth import Role

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=10)
CODE_TRIES = 5
# To one browser or line, and to one address whoever asks.
CODES_PER_HOUR = 5
CODES_PER_ADDRESS = 25
# Wrong guesses at one address; from there on only browsers that are known take codes.
MISSES_A_DAY = 50
BROWSER_KNOWN = timedelta(days=365)
CODE_KEPT = timedelta(days=1)
SIGN_IN_LIVES = timedelta(days=60)
SEEN_EVERY = timedelta(hours=1)
# How long a provider's word counts in the sign-in it was heard at, and how long without any; that
# somebody lives here is not asked so often.
WORD_HOLDS = timedelta(hours=24)
WORD_KEPT = timedelta(days=30)
HOME_KEPT = timedelta(days=180)
ERASED_NAME = "떠난 이웃"
UNNAMED = "새 이웃"
# One mailbox and nothing beside it: no list, group, comment or quote (RFC 5322, 3.4), and no sign
# that turns the way of writing.
MAILBOX = re.compile(
    r"[^@\s\x00-\x1f\x7f<>()\[\]\",:;\\\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,64}"
)
# Names of hosts as the DNS has them (RFC 5890: IDNs as A-labels); the last is never a number.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{0,58}}[a-z0-9])")
LONGEST_ADDRESS = 254
BROWSERS = ("Firefox", "Edg", "SamsungBrowser", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def normal_email(text: str) -> str | None:
    """Return the address in the one form we store, or None if it is none.

    Its domain is as the DNS has it (IDNA 2008, mapped by UTS 46), so that one mailbox is one
    address however it is written.
    """
    if len(text) > 2 * LONGEST_ADDRESS:
        return None
    mailbox, _, typed = unicodedata.normalize("NFC", text.strip().lower()).rpartition("@")
    try:
        domain = typed if typed.isascii() else idna.encode(typed, uts46=True).decode()
    except idna.IDNAError:
        return None
    address = f"{mailbox}@{domain}"
    good = MAILBOX.fullmatch(mailbox) and DOMAIN.fullmatch(domain)
    return address if good and len(address) <= LONGEST_ADDRESS else None


def readable_email(address: str) -> str:
    """Return a stored address as people write it, its domain in their own letters."""
    mailbox, _, domain = address.rpartition("@")
    try:
        return f"{mailbox}@{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def digits(code: str) -> str:
    """Return a code as it was sent, whatever blanks and hyphens it was typed with."""
    return re.sub(r"[\s-]", "", code)


def name_from_email(email: str) -> str:
    return email.split("@", 1)[0][:40]


def label_of(user_agent: str) -> str:
    """Return a short name of a browser such as "Chrome, Android", and nothing finer."""
    browser = next((b for b in BROWSERS if b in user_agent), "")
    system = next((s for s in SYSTEMS if s in user_agent), "")
    return ", ".join(part for part in (browser.replace("Edg", "Edge"), system) if part) or "?"


def counts(
    role: str, issuer: str | None, came_by: str | None, since: datetime, at: datetime
) -> bool:
    """Say whether a role counts in a sign-in that began at `since`.

    `issuer` vouches for the role and `came_by` let the person in, None where no provider did. To
    live in the city is power over nobody: it counts, however one came in, until it is taken back.
    """
    if issuer is None or role == Role.RESIDENT:
        return True
    return issuer == came_by and at - since < WORD_HOLDS


def sent_before(at: datetime, order: int = 0) -> dict[str, datetime]:
    """Return the moments of a code that was sent just before `at`, the `order`-th of several."""
    sent = at - timedelta(seconds=1) + timedelta(microseconds=order)
    return {"sent_at": sent, "expires_at": sent + CODE_LIVES}


def local_path(target: str) -> str:
    """Return `target` if it is a path on this site, else "/": nobody is led to a stranger."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if plain and not re.search(r"[\x00-\x20\\]", target) else "/"
