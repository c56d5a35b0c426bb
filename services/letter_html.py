"""What the HTML of a letter says and which of its pictures it draws, whatever program wrote it.

Source: RFC 2392 (a picture is named by "cid:" and the Content-ID of its part).
"""

import contextlib
from html.parser import HTMLParser
from urllib.parse import unquote

import msgspec

# What Python's own parsers stumble over.
ODD = (
    *(ValueError, IndexError, AttributeError, TypeError, LookupError),
    *(RecursionError, AssertionError),
)
SKIPPED = {"script", "style", "head", "title"}
QUOTED = "blockquote"
BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote"}
CID = "cid:"


class Html(msgspec.Struct, frozen=True):
    """`words` line by line, behind a ">" those of a quoted letter.

    `drawn` are the Content-IDs of the pictures within, without brackets.
    """

    words: str
    drawn: frozenset[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.drawn: set[str] = set()
        self.skipping = self.quoting = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipping += tag in SKIPPED
        self.quoting += tag == QUOTED
        named = [(value or "").strip() for name, value in attrs if name in ("src", "background")]
        self.drawn |= {unquote(one[len(CID) :]) for one in named if one[: len(CID)].lower() == CID}
        if tag in BREAKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        self.skipping = max(0, self.skipping - (tag in SKIPPED))
        self.quoting = max(0, self.quoting - (tag == QUOTED))
        if tag in BREAKS and tag != "br":
            self._break()

    def _break(self) -> None:
        self.found.append("\n> " if self.quoting else "\n")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.found.append(" ".join(data.split()) + " " if data.strip() else " ")


def read_html(html: str) -> Html:
    """Return what HTML says; scripts and styles are left out of the words."""
    reader = _Reader()
    with contextlib.suppress(*ODD):
        reader.feed(html)
    lines = [" ".join(line.split()) for line in "".join(reader.found).split("\n")]
    return Html("\n".join(lines), frozenset(reader.drawn))
