"""Every route, asked by each kind of visitor: no page, file or picture tells who reported."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from itertools import product
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import UUID

import numpy as np
import pytest
import pyvips
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from participation.accounts.models import SignInSession
from participation.reports.blocks.models import ReportBlock
from services.db import Base, Session
from services.push.models import PushSubscription
from tests.flows.canaries import (
    BLUE,
    GPS,
    ICC,
    METADATA,
    OTHER,
    RED,
    REPORTER,
    Seeded,
    Visit,
    photo,
    seed,
)
from tests.people import HANA, JUN, SOYEON, TAEHO

# A new route needs a line here if its address holds something new: "parameter" for all routes,
# "blueprint.parameter" or "endpoint.parameter" for some. What `seed` makes stands in its values.
VALUES: dict[str, list[str]] = {
    "form": ["json", "xml"],
    "size": ["large", "small"],
    "open311.code": ["street_light"],
    "word": ["yes", "no"],
    "filename": ["icons/icon.svg"],
    "_rest": ["nothing.json"],
    "z": ["14"],
    "x": ["14012"],
    "y": ["6526"],
}
ERASE = "accounts.erase"
NOBODY = str(UUID(int=7))
# The same for forms.
WRITTEN: dict[str, list[str]] = {
    "token": ["a" * 43],
    "judge.token": ["a" * 43],
    "telling.token": ["a" * 64],
    "reports_phone.token": ["a" * 43],
    "person_id": [str(REPORTER.id)],
    "privacy.key": ["push"],
    "what": ["up", "delete"],
}
WRITTEN |= {
    name: [NOBODY]
    for name in ("rule_id", "team_id", "area_id", "answer_id", "key_id", "body_id", "letter_id")
}
WRITTEN |= {"forwarding_id": [NOBODY], "word_id": [NOBODY]}
# What must be asked of a route besides its address.
QUERIES: dict[str, list[str]] = {
    "reports.view": ["box=127.8,34.1,128.0,34.3&zoom=8", "box=127.8,34.1,128.0,34.3&zoom=17"],
    "reports.sheet": ["box=127.8,34.1,128.0,34.3&zoom=17"],
    "home.near": ["lat=34.21&lon=127.91"],
    "reports.near": ["category=street_light&lat=34.21&lon=127.91"],
    "reports.places": ["q=34"],
    "reports_routing.tried": ["category=litter&lat=34.21&lon=127.91&at=2026-11-02T09:00"],
    "reports_console.queue": ["view=live", "view=ended", "view=late"],
    "reports.index": ["", "status=rejected", "q=kanari"],
    "moderation.trail": ["", "query=open_report"],
}
# Routes that here have nothing to tell to anyone, and why.
SILENT = {
    "open311.nothing": "it says that there is nothing",
    "identity.begin": "no provider is set up",
    "identity.finish": "no provider is set up",
}
TEAM = ("moderator", "officer", "operator")
HIDDEN = "hidden words"
MINE = ("reporter",)
# Who may lawfully read what: visitors, the endpoint, the marks. All else is told to nobody.
LAWFUL: list[tuple[tuple[str, ...], str, set[str]]] = [
    (TEAM, "reports_console.case", {"rating", HIDDEN}),
    (TEAM, "reports_console.queue", {HIDDEN}),
    (TEAM, "reports_guard.first_look", {HIDDEN}),
    (TEAM, "reports_guard.blocks", {"name"}),
    (TEAM, "reports_guard.ask_block", {HIDDEN}),
    (TEAM, "reports_exports_console.file_staff", {HIDDEN}),
    ((*TEAM, *MINE), "reports.page", {HIDDEN}),
    ((*TEAM, *MINE), "history.story", {HIDDEN}),
    ((*TEAM, *MINE), "reports_picture.picture", {HIDDEN}),
    (("officer", "operator"), "moderation.trail", {"name"}),
    (("operator",), "people.index", {"name", "person"}),
    (MINE, "home.index", {HIDDEN, "wish", "person"}),
    # Whose a report that waits is, for a phone that two share.
    (MINE, "reports.new", {"person"}),
    (MINE, "reports.index", {"person"}),
    (MINE, "reports_unsent.unsent", {"person"}),
    (MINE, "accounts.me", {"name", "mail"}),
    (MINE, "alerts.index", {"wish"}),
    (MINE, "alerts.edit", {"wish"}),
    (MINE, "privacy.data", {"name", "mail"}),
    (MINE, "privacy.export", {"name", "mail", "wish", "browser", HIDDEN}),
]
PEOPLE = {
    "stranger": None,
    "neighbour": JUN,
    "reporter": REPORTER,
    "moderator": SOYEON,
    "officer": TAEHO,
    "operator": HANA,
    "moderator of another area": OTHER,
}
# Those who may handle none of the reports, and the fields that name what is another's.
OUTSIDE = ("stranger", "neighbour", "moderator of another area")
FIELDS = {"ids": "report_id", "into": "report_id", "part": "report_id", "alert_id": "alert_id"}
INSIDE = (*TEAM, *MINE)
# How often a route is opened besides its own addresses, by links that lead to it.
LINKS = 3
LINK = re.compile(r"""(?:href|src|url|navigate)\\?["']?\s*[=:>]\s*\\?["']?([^"'<>\s\\]+)""")
GPS_BYTES = [
    b"".join(n.to_bytes(4, order) for n in GPS)  # an EXIF rational, in either order of bytes
    for order in ("big", "little")
]
METADATA_BYTES = [b"Exif", b"EXIF", b"XMP ", b"xmpmeta", b"ICCP", b"ICC_PROFILE", *GPS_BYTES]
METADATA_BYTES.append(ICC.encode("utf-16-be"))
PIXELS = {"VP8 ", "VP8L", "VP8X", "ALPH"}


class Found(NamedTuple):
    """Something told to a visitor that was not theirs to know."""

    visitor: str
    path: str
    what: str


@dataclass
class Crawl:
    """What one run over all routes saw."""

    app: Flask
    seeded: Seeded
    found: list[Found] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    written: set[str] = field(default_factory=set)
    known: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = VALUES | self.seeded.values

    def run(self, visitor: str, visit: Visit) -> None:
        """Ask every address there is, and follow what the pages themselves lead to."""
        client = visit(PEOPLE[visitor]).client
        waiting = [path for rule in rules(self.app) for path in self._addresses(rule)]
        seen = set(waiting)
        opened: Counter[str] = Counter()
        own = len(waiting)
        while waiting:
            path = waiting.pop(0)
            own -= 1
            endpoint = self._endpoint(path)
            opened[endpoint] += own < 0
            if opened[endpoint] > LINKS or (endpoint == "static" and visitor != "stranger"):
                continue
            answer = client.get(path, buffered=True)
            self._look(visitor, endpoint, path, answer)
            fresh = [link for link in links(path, answer) if link not in seen]
            waiting += dict.fromkeys(fresh)
            seen.update(fresh)

    def write(self, visitor: str, visit: Visit) -> None:
        """Send every form with what is another's: in the address, and in the fields."""
        self.known = self.known | theirs(self.app)
        pages = visit(PEOPLE[visitor])
        pages.get("/sign-in" if PEOPLE[visitor] is None else "/me")
        known = self.known
        given = {name: known[of] for name, of in FIELDS.items()} | {"text": "x", "reason": "x"}
        # To erase oneself ends the visit; it comes last.
        for rule in sorted(rules(self.app, "POST"), key=lambda one: one.endpoint == ERASE):
            for path in self._addresses(rule):
                before = pages.client.get_cookie("madang_session")
                sent = {"csrf_token": pages.token} | given
                answer = pages.client.post(path, data=sent, buffered=True)
                assert "form_expired" not in answer.text, path
                self._look(visitor, rule.endpoint, path, answer)
                self.written.add(rule.endpoint)
                ended = pages.client.get_cookie("madang_session") != before
                if ended and rule.endpoint != ERASE:
                    pages = visit(PEOPLE[visitor])
                    pages.get("/sign-in" if PEOPLE[visitor] is None else "/me")

    def _addresses(self, rule: Rule) -> Iterator[str]:
        names = sorted(rule.arguments)
        values = [self._values(rule, name) for name in names]
        with self.app.test_request_context():
            for chosen in product(*values):
                path = self.app.url_for(rule.endpoint, **dict(zip(names, chosen, strict=True)))
                for query in QUERIES.get(rule.endpoint, [""]):
                    yield f"{path}?{query}" if query else path

    def _values(self, rule: Rule, name: str) -> list[str]:
        known = self.known
        for key in (f"{rule.endpoint}.{name}", f"{rule.endpoint.split('.')[0]}.{name}", name):
            if key in known:
                return known[key]
        pytest.fail(
            f"{rule} has a parameter nobody filled: add '{rule.endpoint}.{name}' to VALUES of "
            "this file, or to what seed() of canaries.py returns, so that the crawler opens it."
        )

    def _endpoint(self, path: str) -> str:
        try:
            matched = self.app.url_map.bind("localhost").match(urlsplit(path).path)
        except HTTPException:
            return "nothing"
        return str(matched[0])

    def _look(self, visitor: str, endpoint: str, path: str, answer: TestResponse) -> None:
        self.asked[visitor] += 1
        assert answer.status_code < 500, (visitor, path, answer.status_code)
        if answer.status_code < 400:
            self.answered.add(endpoint)
        # What a visitor wrote into the address themselves is no news to them.
        marks = {name: mark for name, mark in self.seeded.marks.items() if mark not in path}
        told = told_by(answer, marks)
        allow = allowed(visitor, endpoint)
        self.used |= {(endpoint, mark) for mark in told} & allow
        odd = sorted(mark for mark in told if (endpoint, mark) not in allow)
        self.found += [Found(visitor, path, mark) for mark in odd]
        drawn = endpoint == "static" or "svg" in answer.mimetype
        if answer.mimetype.startswith("image/") and not drawn:
            seen = in_picture(answer.data, inside=visitor in INSIDE)
            self.found += [Found(visitor, path, what) for what in seen]


def rules(app: Flask, method: str = "GET") -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def theirs(app: Flask) -> dict[str, list[str]]:
    """Return the values of addresses that are written to; a token is its holder's, so none is."""
    with Session(app.extensions["engine"]) as session:
        person = SignInSession.person_id == REPORTER.id
        sign_ins = session.scalars(select(SignInSession.id).where(person))
        browser = PushSubscription.person_id == REPORTER.id
        browsers = session.scalars(select(PushSubscription.id).where(browser))
        blocks = session.scalars(select(ReportBlock.id))
        found = {
            "session_id": list(map(str, sign_ins)),
            "push.key_text": list(map(str, browsers)),
            "block_id": list(map(str, blocks)),
        }
    return found | WRITTEN


def own_rows(app: Flask) -> dict[str, list[str]]:
    """Return every row that points at the reporter, but for what anyone may add to."""
    with app.extensions["engine"].connect() as connection:
        found = {}
        for table in Base.metadata.sorted_tables:
            mine = [key.parent == REPORTER.id for key in table.foreign_keys if _person(key)]
            if mine and table.name not in ("report", "audit_entry"):
                rows = connection.execute(sa.select(table).where(sa.or_(*mine)))
                found[table.name] = sorted(map(str, rows))
        return found


def _person(key: sa.ForeignKey) -> bool:
    return key.target_fullname == "person.id"


def allowed(visitor: str, endpoint: str) -> set[tuple[str, str]]:
    """Return the marks a visitor may read on a route, each with the endpoint it is allowed on."""
    lines = [marks for who, where, marks in LAWFUL if visitor in who and where == endpoint]
    return {(endpoint, mark) for marks in lines for mark in marks}


def told_by(answer: TestResponse, marks: dict[str, str]) -> set[str]:
    """Return the names of the marks that stand anywhere in an answer, however it is written."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    raw = answer.data.decode("utf-8", "replace") + "\n" + answer.data.decode("latin-1")
    text = f"{head}\n{raw}".lower()
    ways = (text, unescape(unquote(text)))
    return {name for name, mark in marks.items() if any(mark.lower() in way for way in ways)}


@lru_cache
def in_picture(data: bytes, *, inside: bool) -> list[str]:
    """Return what a picture tells besides what may be seen of it, `inside` by those it concerns."""
    told = [f"{mark!r} in a picture" for mark in METADATA_BYTES if mark in data]
    image = pyvips.Image.new_from_buffer(data, "")
    odd = ("exif", "xmp", "icc", "iptc", "comment", "gps", "png-")
    told += [f"a field {name}" for name in image.get_fields() if name.startswith(odd)]
    if data[:4] == b"RIFF":
        told += [f"a chunk {name}" for name in chunks(data) if name not in PIXELS]
    pixels = np.asarray(image.colourspace("srgb").numpy(), dtype=int)[..., :3]
    if alike(pixels, RED):
        told.append("a pixel under a cover")
    if not inside and alike(pixels, BLUE):
        told.append("a pixel of a report that is not public")
    return told


def alike(pixels: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(pixels - np.array(colour)).max(axis=-1) < 60).any())


def chunks(data: bytes) -> Iterator[str]:
    """Yield the names of a WebP's parts (RFC 9649, 2.3)."""
    at = 12
    while at + 8 <= len(data):
        yield data[at : at + 4].decode("latin-1")
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2


def links(path: str, answer: TestResponse) -> Iterator[str]:
    """Yield the paths on our own host that an answer leads to."""
    told = [answer.headers.get("Location", "")]
    if not answer.mimetype.startswith(("image/", "font/")):
        told += LINK.findall(answer.text)
    for one in told:
        parts = urlsplit(unescape(one))
        if parts.netloc in ("", "localhost") and parts.path.startswith("/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def test_no_route_tells_who_reported(app: Flask, visit: Visit, turn: Callable[[], int]) -> None:
    crawl = Crawl(app, seed(app, visit, turn))
    for visitor in PEOPLE:
        crawl.run(visitor, visit)
    before = own_rows(app)
    for visitor in OUTSIDE:
        crawl.write(visitor, visit)
    assert own_rows(app) == before
    assert crawl.written == {rule.endpoint for rule in rules(app, "POST")}
    told = "\n".join(f"{f.visitor} {f.path}: {f.what}" for f in crawl.found)
    assert not crawl.found, f"{len(crawl.found)} times:\n{told}"
    unseen = {rule.endpoint for rule in rules(app)} - crawl.answered - SILENT.keys()
    assert not unseen, (
        f"nobody was ever let in by {', '.join(sorted(unseen))}: give it values that exist in "
        "VALUES, a query in QUERIES, or a reason in SILENT."
    )
    permitted = {(where, mark) for _, where, marks in LAWFUL for mark in marks}
    assert crawl.used == permitted, f"allowed and never told: {permitted - crawl.used}"
    assert all(count > len(rules(app)) for count in crawl.asked.values())


def test_the_crawler_sees_what_a_bare_photo_tells(app: Flask) -> None:
    bare = photo(RED, 60)
    assert {"a pixel under a cover", "a field exif-data"} <= set(in_picture(bare, inside=True))
    assert "a pixel of a report that is not public" in in_picture(photo(BLUE, 70), inside=False)
    answer = app.response_class(bare, headers={"X-Who": "Kanariname7q"})
    heard = TestResponse([bare], answer.status, answer.headers, app.test_request_context().request)
    marks = {mark: mark for mark in (*METADATA, "kanariname7q")}
    assert told_by(heard, marks) >= marks.keys() - {ICC}
    assert ICC.encode("utf-16-be") in bare
