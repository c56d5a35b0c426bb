"""Letters on their way in: what a MIME message says, read without trusting any of it.

Sources: RFC 5322 and 2045 (messages), RFC 3834 (automatic answers), RFC 2919 (lists).
"""

import codecs
import email
import hashlib
import re
from collections import defaultdict
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import getaddresses, parseaddr
from itertools import islice

import msgspec

from services.letter_html import ODD, read_html
from services.letter_words import passed_on_by, said_by
from services.vouching import vouched

MOST_TEXT = 4000
MOST_PARTS, MOST_PIECES, MOST_HEADERS = 100, 1000, 10_000
MOST_PICTURES = 10
# Python's parser of headers takes minutes over some that are long; no honest one is. Those of
# parts it reads several times.
LONGEST_HEADER, LONGEST_OF_PART = 4000, 1000
ADDRESS = re.compile(r"[^@\s\x00-\x1f<>\"(),:;\\]{1,64}@[^@\s\x00-\x1f<>]{1,180}\.[a-zA-Z]{2,20}")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,200}>")
HOSTILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
ANSWER = re.compile(r"\s*(re|aw|sv|답장|회신)(\[\d+\])? ?[:：]", re.IGNORECASE)
FORWARD = re.compile(r"\s*(fwd?|wg|전달) ?[:：]", re.IGNORECASE)
BULK = {"bulk", "junk", "list", "auto_reply"}
TEXTS = PLAIN, HTML = "text/plain", "text/html"
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")


class Letter(msgspec.Struct, frozen=True):
    """A letter as the mail server handed it over. `sender` is empty for a bounce."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class Picture(msgspec.Struct, frozen=True):
    """A picture of a letter; `within` if the letter draws it among its words, not beside them."""

    data: bytes
    within: bool = False


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says. `name` is a hash by which the same letter is known again.

    `vouched`: our own mail server found the address in "From" to be the sender's. `own`: the sender
    said something, be it in the subject, and did not answer or pass on in silence. `pictures` are
    the first ones, `more_pictures` is how many came behind them.
    """

    name: str
    message_id: str
    sender: str
    subject: str
    text: str
    automatic: bool
    vouched: bool = False
    own: bool = True
    pictures: tuple[Picture, ...] = ()
    more_pictures: int = 0


class _Bounded(EmailPolicy):
    """Lets a header that is too long say nothing, before anything reads it; counts as it goes."""

    def __init__(self) -> None:
        super().__init__(message_factory=_Piece)
        room = {"headers": MOST_HEADERS, "pieces": MOST_PIECES}
        object.__setattr__(self, "room", room)

    def take(self, what: str) -> None:
        """Take one of the pieces or headers there is room for; raises ValueError above."""
        room: dict[str, int] = self.__dict__["room"]
        room[what] -= 1
        if room[what] < 0:
            raise ValueError("too many " + what)

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        self.take("headers")
        name, value = super().header_source_parse(sourcelines)
        of_part = name.lower().startswith("content-")
        return name, value if len(value) <= (LONGEST_OF_PART if of_part else LONGEST_HEADER) else ""


class _Piece(EmailMessage):
    """A message, or a part of one."""

    def __init__(self, policy: Policy | None = None) -> None:
        super().__init__(policy)
        if isinstance(policy, _Bounded):
            policy.take("pieces")


def _parsed(content: bytes) -> EmailMessage:
    """Return a message; one that is too deep, or in too many pieces, says nothing."""
    try:
        message = email.message_from_bytes(content, policy=_Bounded())
    except ODD:
        return EmailMessage()
    assert isinstance(message, EmailMessage)
    return message


def read(letter: Letter, authserv: str = "") -> Said:
    """Return what a letter says; whatever cannot be read is left out, and nothing is raised.

    `authserv` is the name our mail server signs its findings with; without one nothing is vouched.
    """
    message = _parsed(letter.content)
    sender, message_id = _address(_header(message, "From")), _message_id(message)
    told = f"{message_id}\n{sender}".encode() if message_id else letter.content
    subject = " ".join(_clean(_header(message, "Subject")).split())[:200]
    answer = _is_answer(message, subject)
    text, own, pictures, more = _parts(message, subject, answer=answer)
    meant = bool(subject) and not answer and not FORWARD.match(subject)
    return Said(
        name=hashlib.sha256(told).hexdigest(),
        message_id=message_id,
        sender=sender,
        subject=subject if own or not answer else "",
        text=text[:MOST_TEXT],
        automatic=_automatic(message, letter),
        vouched=_vouched(message, authserv, sender),
        own=own or meant,
        pictures=pictures,
        more_pictures=more,
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as text; one that Python's own parser stumbles over is none."""
    try:
        return str(message.get(name, ""))
    except ODD:
        return ""


def _as_it_came(message: EmailMessage, name: str) -> list[str]:
    """Return every header of a name, topmost first, with nothing in it decoded."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]


def _vouched(message: EmailMessage, authserv: str, sender: str) -> bool:
    """Say whether the one sender there is was found true; of two nobody knows who was looked at."""
    found = _as_it_came(message, "Authentication-Results")
    return len(_as_it_came(message, "From")) == 1 and vouched(found, authserv, sender)


def _kind(part: EmailMessage) -> tuple[str, bool]:
    """Return what a part is, and whether it is attached; nothing can be read of one that is odd."""
    try:
        return part.get_content_type(), part.get_content_disposition() == "attachment"
    except ODD:
        return "", True


def _address(text: str) -> str:
    found = parseaddr(text.replace("\r", " ").replace("\n", " "))[1].strip().lower()
    return found if ADDRESS.fullmatch(found) else ""


def addresses(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (local part, domain in lower case) of each address."""
    plain = [address for _, address in getaddresses(list(texts)) if "@" in address]
    return [(a.rpartition("@")[0], a.rpartition("@")[2].lower()) for a in plain]


def _message_id(message: EmailMessage) -> str:
    found = MESSAGE_ID.search(_header(message, "Message-ID"))
    return found[0] if found else ""


def _automatic(message: EmailMessage, letter: Letter) -> bool:
    """Say whether a machine sent it: such a letter is never answered (RFC 3834, section 2)."""
    auto = _header(message, "Auto-Submitted").strip().lower()
    lists = ("List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply")
    sender = letter.sender.lower()
    return (
        not sender
        or auto not in ("", "no")
        or _header(message, "Precedence").strip().lower() in BULK
        or any(_header(message, name) for name in lists)
        or sender.startswith(("mailer-daemon@", "postmaster@", "noreply@", "no-reply@"))
        or _kind(message)[0] in ("multipart/report", "message/delivery-status")
    )


def _is_answer(message: EmailMessage, subject: str) -> bool:
    """Say whether a letter answers another one, whose words are not its sender's.

    One that is passed on may name the letter it holds as well.
    """
    if FORWARD.match(subject):
        return False
    named = "In-Reply-To" in message or "References" in message
    return named or ANSWER.match(subject) is not None


def _parts(
    message: EmailMessage, subject: str, *, answer: bool
) -> tuple[str, bool, tuple[Picture, ...], int]:
    """Return (words, whether the sender wrote them, the first pictures, how many more)."""
    texts: dict[tuple[bool, str], list[str]] = defaultdict(list)
    room = dict.fromkeys(TEXTS, MOST_TEXT * 50)
    pictures: list[EmailMessage] = []
    more, enclosed = 0, set[int]()
    for part in islice(message.walk(), MOST_PARTS):
        kind, attached = _kind(part)
        if kind == "message/rfc822":
            enclosed |= set(map(id, islice(part.walk(), MOST_PARTS)))
        if part.is_multipart():
            continue
        if kind in PICTURES and len(pictures) < MOST_PICTURES:
            pictures.append(part)
        elif kind in PICTURES:
            more += 1
        elif kind in TEXTS and not attached:
            data = _bytes(part)[: room[kind]]
            room[kind] -= len(data)
            texts[id(part) in enclosed, kind].append(_words(part, data))
    said, drawn = _said(texts)
    own = bool(said)
    if not own and not answer:
        said = _passed_on(texts, forward=FORWARD.match(subject) is not None)
    read_ones = (Picture(_bytes(part), _within(part, drawn)) for part in pictures)
    return said, own, tuple(one for one in read_ones if one.data), more


def _said(texts: dict[tuple[bool, str], list[str]]) -> tuple[str, frozenset[str]]:
    """Return the sender's words of all text parts together, and which pictures HTML draws.

    A phone writes what stands above a photo and what stands below it into parts of their own.
    Plain parts go before HTML, which says the same.
    """
    html, inner = ([read_html(text) for text in texts[one, HTML]] for one in (False, True))
    said = said_by(*texts[False, PLAIN]) or said_by(*(one.words for one in html))
    return said, frozenset().union(*(one.drawn for one in [*html, *inner]))


def _passed_on(texts: dict[tuple[bool, str], list[str]], *, forward: bool) -> str:
    """Return the words that a letter passes on: those beneath its own, or of one it encloses."""
    html, inner = ([read_html(t).words for t in texts[one, HTML]] for one in (False, True))
    return (
        passed_on_by(*texts[False, PLAIN], forward=forward)
        or passed_on_by(*html, forward=forward)
        or said_by(*texts[True, PLAIN])
        or said_by(*inner)
    )


def _within(part: EmailMessage, drawn: frozenset[str]) -> bool:
    """Say whether a letter draws a picture among its words: by its HTML, or by the part's word."""
    try:
        name = str(part.get("Content-ID", "")).strip().removeprefix("<").removesuffix(">")
        return bool(name) and (name in drawn or part.get_content_disposition() == "inline")
    except ODD:
        return False


def _bytes(part: email.message.Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except ODD:
        return b""
    return content if isinstance(content, bytes) else b""


def _words(part: email.message.Message, data: bytes) -> str:
    """Return a text part; an unknown or wrong charset costs single letters, not the text."""
    for charset in (_charset(part), "utf-8", "cp949"):
        try:
            return _clean(data.decode(charset))
        except ODD:
            continue
    return _clean(data.decode("utf-8", "replace"))


def _charset(part: email.message.Message) -> str:
    """Return in which letters a part says it is written; those of host names are for no letter."""
    try:
        named = part.get_content_charset() or ""
        return "utf-8" if codecs.lookup(named).name in ("idna", "punycode") else named
    except ODD:
        return "utf-8"


def _clean(text: str) -> str:
    return HOSTILE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
