"""Letters on their way in: what a MIME message says, read without trusting any of it.

Sources: RFC 5322 and 2045 (messages), RFC 3834 (automatic answers), RFC 2919 (lists).
"""

import email
import email.policy
import hashlib
import re
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser

import msgspec

MOST_TEXT = 4000
MOST_PARTS = 100
LONGEST_LINE = 2000
ADDRESS = re.compile(r"[^@\s\x00-\x1f<>\"(),:;\\]{1,64}@[^@\s\x00-\x1f<>]{1,180}\.[a-zA-Z]{2,20}")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,200}>")
# Where an answer begins to quote what it answers, in the words of common programs.
QUOTES = re.compile(
    r"^(-{2,}\s*(original message|forwarded message|원본 메시지|원본 메일|전달된 메시지).*"
    r"|on .{4,120} wrote:|.{4,120}(님이|께서) (작성|쓰신).{0,20}:?"
    r"|_{10,}|-{10,}|(from|보낸 ?사람|보낸이) ?: .+@.+)$",
    re.IGNORECASE,
)
SIGNATURE = re.compile(
    r"^(-- ?|sent from my .{2,40}|(나의|내) .{2,20}에서 보냄|.{2,20}에서 보냄)$", re.I
)
HOSTILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
BULK = {"bulk", "junk", "list", "auto_reply"}
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")
SKIPPED = {"script", "style", "head", "title", "blockquote"}
BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol"}


class Letter(msgspec.Struct, frozen=True):
    """A letter as the mail server handed it over. `sender` is empty for a bounce."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says. `name` is a hash by which the same letter is known again.

    `vouched`: our own mail server found the address in "From" to be the sender's.
    """

    name: str
    message_id: str
    sender: str
    subject: str
    text: str
    automatic: bool
    vouched: bool = False
    pictures: tuple[bytes, ...] = ()


def read(letter: Letter, authserv: str = "") -> Said:
    """Return what a letter says; whatever cannot be read is left out, and nothing is raised.

    `authserv` is the name our mail server signs its findings with; without one nothing is vouched.
    """
    message = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    sender, message_id = _address(_header(message, "From")), _message_id(message)
    told = f"{message_id}\n{sender}".encode() if message_id else letter.content
    text, pictures = _parts(message)
    return Said(
        name=hashlib.sha256(told).hexdigest(),
        message_id=message_id,
        sender=sender,
        subject=" ".join(_clean(_header(message, "Subject")).split())[:200],
        text=said_by(text)[:MOST_TEXT],
        automatic=_automatic(message, letter),
        vouched=vouched(_all(message, "Authentication-Results"), authserv, sender),
        pictures=pictures,
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as text; one that Python's own parser stumbles over is none."""
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return ""


def _all(message: EmailMessage, name: str) -> list[str]:
    """Return every header of a name as text, topmost first, as far as they can be read."""
    try:
        return [str(value) for value in message.get_all(name, [])]
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return []


def vouched(results: list[str], authserv: str, sender: str) -> bool:
    """Say whether our own mail server found DMARC to hold for the address of `sender`.

    Only findings signed with its name count (RFC 8601, section 2.2 and 5); it must remove those
    that letters bring along under that name. One that failed outweighs one that passed.
    """
    domain, found = sender.rpartition("@")[2], set()
    for one in results:
        # What stands in comments and quotes is text that a sender may have chosen.
        name, *findings = re.sub(r'"[^"]*"', "", _uncommented(one)).split(";")
        if not authserv or name.split()[:1] != [authserv.lower()]:
            continue
        for finding in findings:
            words = finding.split()
            about = [w.partition("=")[2] for w in words if w.startswith("header.from=")]
            if words[:1] == ["dmarc=pass"] and domain and about == [domain]:
                found.add(True)
            elif words and words[0].startswith("dmarc="):
                found.add(False)
    return found == {True}


def _uncommented(text: str) -> str:
    """Return a header in lower case without its comments, which may be nested (RFC 5322, 3.2.2)."""
    kept, depth = [], 0
    for letter in text.lower():
        depth += letter == "("
        if depth == 0:
            kept.append(letter)
        depth = max(0, depth - (letter == ")"))
    return re.sub(r"\s*=\s*", "=", "".join(kept))


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
        or message.get_content_type() in ("multipart/report", "message/delivery-status")
    )


def _parts(message: EmailMessage) -> tuple[str, tuple[bytes, ...]]:
    """Return the words (plain before HTML) and the pictures of a message."""
    plain, html = "", ""
    pictures: list[bytes] = []
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            break
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        attached = part.get_content_disposition() == "attachment"
        if kind in PICTURES and len(pictures) < 3:
            pictures.append(_bytes(part))
        elif kind == "text/plain" and not plain and not attached:
            plain = _words(part)
        elif kind == "text/html" and not html and not attached:
            html = _words(part)
    return plain if plain.strip() else words_of_html(html), tuple(p for p in pictures if p)


def _bytes(part: email.message.Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AttributeError):
        return b""
    return content if isinstance(content, bytes) else b""


def _words(part: email.message.Message) -> str:
    """Return a text part; an unknown or wrong charset costs single letters, not the text."""
    data = _bytes(part)[: MOST_TEXT * 50]
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "cp949"):
        try:
            return _clean(data.decode(charset))
        except (UnicodeDecodeError, LookupError):
            continue
    return _clean(data.decode("utf-8", "replace"))


def _clean(text: str) -> str:
    return HOSTILE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipping += tag in SKIPPED
        if tag in BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.skipping = max(0, self.skipping - (tag in SKIPPED))
        if tag in BREAKS and tag != "br":
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.found.append(" ".join(data.split()) + " " if data.strip() else " ")


def words_of_html(html: str) -> str:
    """Return the words of HTML, line by line; scripts, styles and quoted letters are left out."""
    parser = _Words()
    parser.feed(html)
    lines = [" ".join(line.split()) for line in "".join(parser.found).split("\n")]
    return "\n".join(lines)


def said_by(text: str) -> str:
    """Return what the sender wrote: without quoted lines, the letter answered, and a signature."""
    kept: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()[:LONGEST_LINE]
        if SIGNATURE.match(bare) or QUOTES.match(bare):
            break
        if not bare.startswith(">"):
            kept.append(bare)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
