"""A visitor who asks every route there is, and one who sends every form."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from participation.accounts.models import SignInSession
from participation.reports.blocks.models import ReportBlock
from services.db import Session
from services.push.models import PushSubscription
from tests.flows.canaries import REPORTER, Seeded, Visit
from tests.flows.lawful import INSIDE, PEOPLE, allowed
from tests.flows.told import in_picture, links, told_by

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
    "reports.named": ["category=street_light&lat=34.21&lon=127.91"],
    "reports.places": ["q=34"],
    "reports_routing.tried": ["category=litter&lat=34.21&lon=127.91&at=2026-11-02T09:00"],
    "reports_console.case": ["", "seen=1-1"],
    "reports_console.queue": ["view=live", "view=ended", "view=late"],
    "reports.index": ["", "status=rejected", "q=kanari"],
    "moderation.trail": ["", "query=open_report"],
}
# The fields that name what is another's.
FIELDS = {"ids": "report_id", "into": "report_id", "part": "report_id", "alert_id": "alert_id"}
FIELDS |= {"step": "step_id"}
# How often a route is opened besides its own addresses, by links that lead to it.
LINKS = 3


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
            "crawl.py, or to what seed() of canaries.py returns, so that the crawler opens it."
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
