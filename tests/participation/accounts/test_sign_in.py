"""Signing in by a code that comes by mail."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from participation.accounts import actions, actions_codes, jobs, queries
from participation.accounts.models import LoginCode, SignInSession
from participation.accounts.queries_people import Sought, page_of
from participation.accounts.rules import local_path
from services.auth import Actor
from services.db import Session
from services.errors import ForbiddenError, InvalidError, NotFoundError, TooManyError
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, JUN, MINJI

SECRET = "s" * 40
MAIL = "yuna@example.org"


def test_the_right_code_signs_in_once(session: Session) -> None:
    code = actions_codes.request_code(session, SECRET, MAIL, at=AT)
    assert (
        actions_codes.redeem_code(
            session, SECRET, MAIL, "000000" if code != "000000" else "1", at=AT
        )
        is None
    )
    person = actions_codes.redeem_code(session, SECRET, " Yuna@Example.org", code, at=AT)
    assert person is not None
    assert actions_codes.redeem_code(session, SECRET, MAIL, code, at=AT) is None


def test_a_code_dies_after_ten_minutes(session: Session) -> None:
    code = actions_codes.request_code(session, SECRET, MAIL, at=AT)
    assert (
        actions_codes.redeem_code(session, SECRET, MAIL, code, at=AT + timedelta(minutes=11))
        is None
    )


def test_five_wrong_guesses_kill_a_code(session: Session) -> None:
    code = actions_codes.request_code(session, SECRET, MAIL, at=AT)
    for _ in range(5):
        actions_codes.redeem_code(session, SECRET, MAIL, "x", at=AT)
    assert actions_codes.redeem_code(session, SECRET, MAIL, code, at=AT) is None


def test_a_sixth_code_in_an_hour_is_refused(session: Session) -> None:
    for _ in range(5):
        actions_codes.request_code(session, SECRET, MAIL, at=AT)
    with pytest.raises(TooManyError):
        actions_codes.request_code(session, SECRET, MAIL, at=AT)


@pytest.mark.parametrize(
    "odd",
    [
        *("", "x", "a@b", "a b@c.de", "a@b.c\nBcc: d@e.fg"),
        # Another mailbox than the one that is counted: a list, a name before it, a comment.
        *("root,a@b.cd", "x<a@b.cd>", "x(a@b.cd", "x:a@b.cd", '"a@b.cd', "a;b@b.cd", "a\\@b.cd"),
        *("a\u202eb@b.cd", "a\x7fb@b.cd"),
    ],
)
def test_what_is_no_address_is_refused(session: Session, odd: str) -> None:
    with pytest.raises(InvalidError):
        actions_codes.request_code(session, SECRET, odd, at=AT)


def test_the_code_goes_to_the_mailbox_it_signs_in(
    app: Flask, visit: Callable[[Actor | None], Pages]
) -> None:
    """The sign for kelvin is a small k once written small: whose letter, whose account."""
    pages = visit(None)
    pages.get("/sign-in")
    pages.post("/sign-in", email="\u212aim@example.org", expect=200)
    (letter,) = (app.extensions["settings"].data_dir / "mail").glob("*.eml")
    assert "To: kim@example.org" in letter.read_text()


def test_a_revoked_sign_in_is_nobody_at_once(session: Session) -> None:
    assert MINJI.id is not None
    token = actions.sign_in(session, MINJI.id, "Chrome Android", at=AT)
    actor = queries.identify(session, {"madang_session": token}, AT)
    assert actor is not None
    assert actor.session_id is not None
    with pytest.raises(NotFoundError):
        actions.revoke_session(session, JUN, actor.session_id, at=AT)
    actions.revoke_session(session, actor, actor.session_id, at=AT)
    session.flush()
    assert queries.identify(session, {"madang_session": token}, AT) is None


def test_only_an_operator_gives_roles(session: Session) -> None:
    assert JUN.id is not None
    with pytest.raises(ForbiddenError):
        actions.change_role(session, MINJI, JUN.id, actions.Role.OFFICER, give=True, at=AT)
    actions.change_role(session, HANA, JUN.id, actions.Role.OFFICER, give=True, at=AT)
    session.flush()
    assert "officer" in page_of(session, Sought("박준"), AT).people[0].roles


@pytest.mark.parametrize("odd", ["//evil.example", "https://evil.example", "/\\evil", "/a\nb", ""])
def test_nobody_is_led_to_a_stranger(odd: str) -> None:
    assert local_path(odd) == "/"


def test_the_pages_of_signing_in(visit: Callable[[Actor | None], Pages]) -> None:
    pages = visit(None)
    pages.get("/sign-in")
    shown = pages.post("/sign-in", expect=200, email=MAIL, next="/me").text
    code = re.search(r"\b(\d{6})\b", shown)
    assert code is not None
    assert pages.post("/sign-in/code", email=MAIL, code=code[1], next="/me").location == "/me"
    for path in ("/me", "/me/sessions", "/me/erase", "/me/notifications"):
        pages.get(path)
    held = pages.client.get("/me/export").json
    assert held is not None
    assert held["accounts"]["email"] == MAIL
    pages.post("/me/erase")
    pages.get("/me", status=303)


def test_who_is_signed_in_is_told_so_where_one_signs_in(
    visit: Callable[[Actor | None], Pages],
) -> None:
    for who, times in ((MINJI, 1), (None, 0)):
        pages = visit(who)
        pages.client.set_cookie("lang", "en")
        assert pages.get("/sign-in").count("Whoever signs in now takes their place") == times


def test_only_the_newest_code_counts(session: Session) -> None:
    first = actions_codes.request_code(session, SECRET, MAIL, at=AT)
    second = actions_codes.request_code(session, SECRET, MAIL, at=AT + timedelta(seconds=1))
    later = AT + timedelta(seconds=2)
    if first != second:
        assert actions_codes.redeem_code(session, SECRET, MAIL, first, at=later) is None
    assert actions_codes.redeem_code(session, SECRET, MAIL, second, at=later) is not None


def test_a_used_up_code_does_not_wake_the_one_before(session: Session) -> None:
    first = actions_codes.request_code(session, SECRET, MAIL, at=AT)
    actions_codes.request_code(session, SECRET, MAIL, at=AT + timedelta(seconds=1))
    later = AT + timedelta(seconds=2)
    for _ in range(5):
        actions_codes.redeem_code(session, SECRET, MAIL, "x", at=later)
    assert actions_codes.redeem_code(session, SECRET, MAIL, first, at=later) is None


def test_blanks_in_a_code_do_not_matter(session: Session) -> None:
    code = actions_codes.request_code(session, SECRET, MAIL, at=AT)
    typed = f" {code[:3]} {code[3:]}\t"
    assert actions_codes.redeem_code(session, SECRET, MAIL, typed, at=AT) is not None


def test_whether_an_account_is_there_shows_nowhere(visit: Callable[[Actor | None], Pages]) -> None:
    def seen(pages: Pages, mail: str) -> list[str]:
        pages.get("/sign-in")
        asked = pages.post("/sign-in", expect=200, email=mail).text
        missed = pages.post("/sign-in/code", expect=200, email=mail, code="x").text
        return [re.sub(r'\b\d{6}\b|name="csrf_token" value="\w+"', "", t) for t in (asked, missed)]

    pages = visit(None)
    code = re.search(r"\b(\d{6})\b", pages.post("/sign-in", expect=200, email=MAIL).text)
    assert code is not None
    pages.post("/sign-in/code", email=MAIL, code=code[1])
    known, unknown = seen(visit(None), MAIL), seen(visit(None), "nobody@example.org")
    assert [t.replace(MAIL, "") for t in known] == [
        t.replace("nobody@example.org", "") for t in unknown
    ]


def test_what_is_over_is_forgotten(session: Session) -> None:
    assert MINJI.id is not None
    actions_codes.request_code(session, SECRET, MAIL, at=AT)
    actions.sign_in(session, MINJI.id, "Chrome Android", at=AT)
    jobs.forget_past(session, AT + timedelta(minutes=5))
    assert session.scalar(sa.select(sa.func.count()).select_from(LoginCode)) == 1
    jobs.forget_past(session, AT + timedelta(days=62))
    assert session.scalar(sa.select(sa.func.count()).select_from(LoginCode)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(SignInSession)) == 0
