"""Which words of a letter its sender wrote, and which stand there because a program put them.

Source: RFC 3676, section 4.3 (the line before a signature).
"""

import re
from collections.abc import Sequence

LONGEST_LINE = 2000
# Within so many lines of a rule the headers of a quoted letter begin.
AHEAD = 12
# Where a letter begins to quote another one, in the words of common programs.
QUOTES = re.compile(
    r"-{2,}\s*(original message|원본 메시지|원본 메일).*"
    r"|on .{4,120} wrote:|.{4,120}(님이|께서) (작성|쓰신).{0,20}:"
    r"|(from|보낸 ?사람|보낸이) ?: .+@.+",
    re.IGNORECASE,
)
# How such a line begins that a program may have broken in two.
BROKEN = re.compile(r"(on |\d{4}년|\d{4}[-.]).+", re.IGNORECASE)
FORWARDS = re.compile(
    r"-{2,}\s*(forwarded message|전달된 메시지).*|begin forwarded message:|전달된 메시지:",
    re.IGNORECASE,
)
RULED = re.compile(r"[-_]{10,}")
# What a program says of the letter that it quotes; the name of a header may stand between stars.
HEADER = re.compile(
    r"\*?(from|sent|date|to|cc|bcc|subject|reply-to|보낸 ?사람|보낸이|보낸 ?날짜|날짜|발신|수신"
    r"|받는 ?사람|받는이|참조|제목|일시) ?[:：]\*?( .*)?",
    re.IGNORECASE,
)
SENDER = re.compile(r"\*?(from|보낸 ?사람|보낸이|발신) ?[:：]", re.IGNORECASE)
# Where no rule stands above them, only a program tells both who sent a letter and when.
WROTE = re.compile(r"\*?(from|보낸 ?사람|보낸이) ?[:：]", re.IGNORECASE)
SENT = re.compile(r"\*?(sent|date|보낸 ?날짜|날짜) ?[:：]", re.IGNORECASE)
# A place is sent from too: only a device or a program makes the line a program's.
DEVICE = re.compile(
    r"sent from my .{2,40}|((나의|내) )?([ -~]{2,20}"
    r"|.{0,20}(아이폰|아이패드|갤럭시|스마트폰|휴대폰|핸드폰|태블릿|모바일|메일|앱))에서"
    r" 보(냄|냈습니다)\.?",
    re.IGNORECASE,
)
SIGNATURE = "--"


class _Reader:
    """Goes through the lines of a letter, part by part, until it begins to quote another.

    One that `hears` others takes what is passed on for the sender's words: behind the line of a
    program that says so, or behind any quotation where the letter is a `forward`.
    """

    def __init__(self, *, hears: bool = False, forward: bool = False) -> None:
        self.hears, self.forward = hears, forward
        self.kept: list[str] = []
        self.begun = self.forwarded = self.signed = False
        # Within the headers of a quoted letter, and on the line after one of them.
        self.in_headers = self.after_header = False

    def read(self, lines: Sequence[str]) -> bool:
        """Keep what the sender wrote in a part; say whether all that follows is quoted."""
        self.signed = False
        for number, line in enumerate(lines):
            rest = lines[number + 1 : number + AHEAD]
            if self._begins_quotation(line, rest):
                if self.begun or not self._goes_on(line, rest):
                    return True
                self.in_headers = True
            elif not self._by_program(line):
                self._keep(line)
        self.kept.append("")
        return False

    def _begins_quotation(self, line: str, rest: Sequence[str]) -> bool:
        if RULED.fullmatch(line):
            return _headers(rest)
        told = WROTE.match(line) and _headers([line, *rest], SENT)
        return bool(told or QUOTES.fullmatch(line) or FORWARDS.fullmatch(line))

    def _goes_on(self, line: str, rest: Sequence[str]) -> bool:
        """Say whether words may follow a quotation that stands before anything was said.

        Where each of its lines is marked, the sender may have written beneath it.
        """
        self.forwarded = self.forwarded or (self.hears and FORWARDS.fullmatch(line) is not None)
        marked = next(filter(None, rest), "").startswith(">")
        return marked or self.forwarded or (self.hears and self.forward)

    def _by_program(self, line: str) -> bool:
        """Say whether a line is of a program; the headers of what is forwarded name others."""
        if line.startswith(">") and not self.forwarded:
            return True
        self.signed = self.signed or (line == SIGNATURE and self.begun)
        return (
            self._within_headers(line.lstrip("> "))
            or self.signed
            or line == SIGNATURE
            or DEVICE.fullmatch(line) is not None
        )

    def _within_headers(self, line: str) -> bool:
        """Say whether a line is one of the headers, goes on with one, or is blank beside them."""
        goes_on = self.after_header and "@" in line
        self.after_header = goes_on or HEADER.fullmatch(line) is not None
        self.in_headers = self.in_headers and (self.after_header or not line)
        return self.in_headers

    def _keep(self, line: str) -> None:
        bare = line.lstrip("> ") if self.forwarded else line
        self.kept.append(bare)
        self.begun = self.begun or any(map(str.isalnum, bare))


def _headers(lines: Sequence[str], needed: re.Pattern[str] = SENDER) -> bool:
    """Say whether lines begin with the headers of a letter, a needed one among them."""
    found = []
    for line in filter(None, lines):
        if not HEADER.fullmatch(line):
            break
        found.append(line)
    return len(found) > 1 and any(map(needed.match, found))


def said_by(*parts: str) -> str:
    """Return what the sender wrote in the parts of a letter, which follow each other.

    Left out are quoted lines, the letter answered, what is passed on, and signatures.
    """
    return _words(_Reader(), parts)


def passed_on_by(*parts: str, forward: bool) -> str:
    """Return the words of a letter that was passed on, without its headers.

    `forward`: the letter's subject says that it is one; else a line of a program must.
    """
    reader = _Reader(hears=True, forward=forward)
    words = _words(reader, parts)
    return words if forward or reader.forwarded else ""


def _words(reader: _Reader, parts: Sequence[str]) -> str:
    for part in parts:
        if reader.read(_mended([line.strip()[:LONGEST_LINE] for line in part.split("\n")])):
            break
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.kept)).strip()


def _mended(lines: Sequence[str]) -> list[str]:
    """Return lines, each that begins a quotation in one piece again."""
    mended: list[str] = []
    for line in lines:
        whole = f"{mended[-1]} {line}" if mended and BROKEN.fullmatch(mended[-1]) else ""
        if whole and not QUOTES.fullmatch(mended[-1]) and QUOTES.fullmatch(whole):
            mended[-1] = whole
        else:
            mended.append(line)
    return mended
