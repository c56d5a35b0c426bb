"""Staff keep a word from a body that stumbles over it for ever; those after it go on in order."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from participation.reports.forwarding.actions_follow import pass_photos
from participation.reports.forwarding.actions_words import skip_word, tell_again, withdraw_skip
from participation.reports.forwarding.models import ForwardingWord
from participation.reports.forwarding.waits import take
from participation.reports.models import Report, ReportEntry
from participation.reports.opening import hang_photo
from services import clock
from services.audit.trail import AuditEntry
from services.auth import Actor
from services.db import Session, unit_of_work
from services.errors import RefusedError
from tests.pages import Pages
from tests.participation.reports.forwarding.conftest import City
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    NO_LAMP,
    Answer,
    Body,
    body,
)
from tests.participation.reports.forwarding.test_words_of_one_request_keep_their_order import (
    disputed_and_confirmed,
)
from tests.participation.reports.forwarding.test_words_reach_the_other_body import (
    HEARD,
    THANKS,
    taken,
)
from tests.people import HANA, MINJI, SOYEON

__all__ = ["body"]
Visit = Callable[[Actor | None], Pages]
WHY = "It breaks their server each time"


@pytest.fixture
def desk(visit: Visit) -> Pages:
    pages = visit(HANA)
    pages.get("/console/bodies")
    return pages


def word(city: City, status: str = "OPEN") -> ForwardingWord:
    (found,) = [one for one in city.words() if one.word == status]
    return found


def stuck(city: City, body: Body, answer: Answer = (500, "")) -> str:
    """Let a body stumble over the first of two words of one request; return its address."""
    taken(city, body)
    disputed_and_confirmed(city)
    body.answers[HEARD] = lambda: answer if body.posts[-1]["status"] == "OPEN" else (200, THANKS)
    for later_s in range(0, 100, 20):
        city.pass_on(later_s)
    assert {one["status"] for one in body.posts} == {"OPEN"}
    body.posts.clear()
    return f"/console/bodies/words/{word(city).id}"


def turns(city: City, *later_s: float) -> None:
    for one in later_s or (0, 1):
        city.messenger.turn(clock.now() + timedelta(seconds=one))


def acts(city: City, verb: str) -> int:
    with Session(city.engine) as session:
        return len(session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == verb)).all())


def steps(city: City) -> list[tuple[str, str, bool]]:
    with Session(city.engine) as session:
        found = session.scalars(sa.select(ReportEntry).order_by(ReportEntry.at))
        return [(one.kind, one.text, one.public) for one in found]


def test_what_comes_after_it_goes_on_at_once(city: City, body: Body, desk: Pages) -> None:
    path, before = stuck(city, body), steps(city)
    desk.post(path + "/skip", reason=WHY)
    turns(city)
    assert [one["status"] for one in body.posts] == ["FIXED"]
    assert (word(city).state, word(city, "FIXED").state) == ("skipped", "told")
    assert (acts(city, "skip_word"), steps(city)) == (1, before)


def test_what_a_body_was_put_off_for_goes_on_too(city: City, body: Body, desk: Pages) -> None:
    """A body that hears nothing is left alone with all that waits for it, up to an hour."""
    path = stuck(city, body, (503, ""))
    last = word(city, "FIXED")
    with unit_of_work(city.engine) as session:
        due_at = clock.now() + timedelta(minutes=50)
        session.execute(sa.update(ForwardingWord).values(due_at=due_at))
    desk.post(path + "/skip", reason=WHY)
    assert word(city, "FIXED").due_at < clock.now()
    turns(city)
    assert [one["update_id"] for one in body.posts] == [str(last.entry_id)]


def test_a_photo_still_waits_as_long_as_it_may_be_taken_back(
    city: City, body: Body, desk: Pages
) -> None:
    path = stuck(city, body)
    with unit_of_work(city.engine) as session:
        report = session.scalars(sa.select(Report)).one()
        hang_photo(session, report, MINJI, "a" * 64, looked_over=True, at=clock.now())
        session.flush()
        due_at = clock.now() + timedelta(seconds=9)
        assert pass_photos(session, HANA, report.id, due_at=due_at, at=clock.now()) == 1
    desk.post(path + "/skip", reason=WHY)
    assert word(city, "").due_at == due_at
    turns(city)
    assert [one["status"] for one in body.posts] == ["FIXED"]
    turns(city, 10)
    assert bool(body.posts[-1].get("media_url"))


def test_the_page_says_what_holds_up_what(city: City, body: Body, desk: Pages) -> None:
    path = stuck(city, body)
    page = desk.get("/console/bodies")
    assert page.count("앞의 말이 나간 다음에 보내요.") == 1
    assert page.index(path) < page.index("앞의 말이 나간 다음에 보내요.")
    answer = desk.post(path + "/skip", reason=WHY)
    page = desk.get(answer.headers["Location"])
    assert 'role="status"' in page
    assert "그 말은 전하지 않아요." in page
    assert WHY in page
    assert path + "/unskip" in page
    turns(city)
    page = desk.get("/console/bodies")
    assert (path + "/unskip" in page, "뒤의 말이 이미 나갔어요." in page) == (False, True)


def test_it_is_said_in_english_too(city: City, body: Body, desk: Pages) -> None:
    path = stuck(city, body)
    desk.client.set_cookie("lang", "en")
    desk.post("/language", lang="en", next="/console/bodies", expect=303)
    answer = desk.post(path + "/skip", reason=WHY)
    assert "That word is not sent" in desk.get(answer.headers["Location"])


@pytest.mark.parametrize("reason", ["", "   "])
def test_it_needs_a_reason(city: City, body: Body, desk: Pages, reason: str) -> None:
    path = stuck(city, body)
    page = desk.post(path + "/skip", expect=422, reason=reason).text
    assert re.search('id="skip_word-reason-wrong"', page)
    assert word(city).state == "waiting"


def test_it_is_the_operators_alone(city: City, body: Body, visit: Visit) -> None:
    path = stuck(city, body)
    for act in ("/skip", "/unskip", "/again"):
        visit(SOYEON).post(path + act, expect=403, reason=WHY)
    assert word(city).state == "waiting"


def test_two_taps_are_one(city: City, body: Body, desk: Pages) -> None:
    path = stuck(city, body)
    for reason in (WHY, "Another", ""):
        desk.post(path + "/skip", reason=reason)
    assert (word(city).reason, acts(city, "skip_word")) == (WHY, 1)
    for _ in range(2):
        desk.post(path + "/unskip")
    assert (word(city).state, acts(city, "withdraw_skip")) == ("waiting", 1)


def test_one_that_is_being_told_is_left_to_its_messenger(
    city: City, body: Body, desk: Pages
) -> None:
    """What went out cannot be kept back, and must not go out from two hands at once."""
    path = stuck(city, body)
    desk.post(path + "/again")
    body.answers[HEARD] = (200, THANKS)
    said: list[str] = []

    def meanwhile() -> Answer:
        said.append(desk.post(path + "/skip", expect=409, reason=WHY).text)
        desk.post(path + "/again")
        city.messenger.turn(clock.now())
        return 200, THANKS

    body.answers[HEARD] = lambda: meanwhile() if not said else (200, THANKS)
    turns(city, 0)
    assert "그 말은 지금 전하고 있어요" in said[0]
    assert [one["status"] for one in body.posts] == ["OPEN"]
    assert (word(city).state, acts(city, "skip_word"), acts(city, "tell_again")) == ("told", 0, 1)


def test_a_messenger_that_comes_late_leaves_what_was_kept_back(
    city: City, body: Body, desk: Pages
) -> None:
    path = stuck(city, body)
    at = word(city).due_at
    ((row, _),) = city.messenger._due(at)
    desk.post(path + "/skip", reason=WHY)
    assert not take(city.engine, row, at)


def test_the_lease_of_a_messenger_that_died_holds_nobody_up(
    city: City, body: Body, desk: Pages
) -> None:
    """It lapsed, so the word is kept back; what that messenger still says of it counts no more."""
    path = stuck(city, body)
    with unit_of_work(city.engine) as session:
        lapsed = {"lease": "gone", "due_at": clock.now() - timedelta(seconds=1)}
        session.execute(sa.update(ForwardingWord).values(lapsed))
    desk.post(path + "/skip", reason=WHY)
    assert (word(city).state, word(city).lease) == ("skipped", None)


def test_what_was_told_is_told(city: City, body: Body, desk: Pages) -> None:
    path = stuck(city, body)
    body.answers[HEARD] = (200, THANKS)
    turns(city, 1000)
    for act in ("/skip", "/again", "/unskip"):
        page = desk.post(path + act, expect=409, reason=WHY).text
        assert "그 말은 더 기다리지 않아요" in page
    assert word(city).state == "told"
    for act in ("/skip", "/again", "/unskip"):
        desk.post("/console/bodies/words/7" + act, expect=404, reason=WHY)


def test_it_is_taken_back_until_a_later_word_went(city: City, body: Body, desk: Pages) -> None:
    path = stuck(city, body)
    desk.post(path + "/skip", reason=WHY)
    desk.post(path + "/unskip")
    assert (word(city).state, word(city).reason, word(city).tries) == ("waiting", None, 0)
    turns(city)
    body.answers[HEARD] = (200, THANKS)
    turns(city, 3, 4)
    assert [one["status"] for one in body.posts] == ["OPEN", "OPEN", "FIXED"]
    assert acts(city, "withdraw_skip") == 1


def test_it_is_not_taken_back_after_a_later_word(city: City, body: Body, desk: Pages) -> None:
    path = stuck(city, body)
    desk.post(path + "/skip", reason=WHY)
    said: list[str] = []

    def meanwhile() -> Answer:
        said.append(desk.post(path + "/unskip", expect=409).text)
        return 200, THANKS

    body.answers[HEARD] = meanwhile
    turns(city)
    said.append(desk.post(path + "/unskip", expect=409).text)
    assert ["뒤의 말이 이미 나갔어요" in one for one in said] == [True, True]
    assert [one["status"] for one in body.posts] == ["FIXED"]
    assert word(city).state == "skipped"


def test_no_later_word_overtakes_one_that_is_taken_back(city: City, body: Body) -> None:
    """A messenger that found the later one due a moment before does not get it any more."""
    stuck(city, body)
    key, at = str(word(city).id), word(city).due_at
    with unit_of_work(city.engine) as session:
        skip_word(session, HANA, key, WHY, at=at)
    ((later, _),) = city.messenger._due(at)
    assert later.word == "FIXED"
    with unit_of_work(city.engine) as session:
        withdraw_skip(session, HANA, key, at=at + timedelta(seconds=1))
    assert not take(city.engine, later, at)


def test_a_word_that_was_refused_may_be_kept_back_too(city: City, body: Body, desk: Pages) -> None:
    """It then stands in no list of what waits for an operator."""
    taken(city, body)
    body.answers[HEARD] = (400, NO_LAMP)
    disputed_and_confirmed(city)
    city.pass_on()
    path = f"/console/bodies/words/{word(city).id}"
    assert path in desk.get("/console/bodies")
    assert "No lamp" in desk.get("/console/dead-letters")
    desk.post(path + "/skip", reason=WHY)
    city.pass_on()
    desk.post(f"/console/bodies/words/{word(city, 'FIXED').id}/skip", reason=WHY)
    assert "No lamp" not in desk.get("/console/dead-letters")


def test_trying_now_wakes_what_waits_with_it(city: City, body: Body, desk: Pages) -> None:
    path = stuck(city, body, (503, ""))
    with unit_of_work(city.engine) as session:
        due_at = clock.now() + timedelta(minutes=50)
        session.execute(sa.update(ForwardingWord).values(due_at=due_at))
    body.answers[HEARD] = (200, THANKS)
    answer = desk.post(path + "/again")
    assert "바로 다시 전해 봐요." in desk.get(answer.headers["Location"])
    turns(city)
    assert [one["status"] for one in body.posts] == ["OPEN", "FIXED"]


def test_what_is_kept_back_is_not_tried(city: City, body: Body) -> None:
    stuck(city, body)
    key = str(word(city).id)
    with unit_of_work(city.engine) as session:
        skip_word(session, HANA, key, WHY, at=clock.now())
    with unit_of_work(city.engine) as session, pytest.raises(RefusedError, match="word_settled"):
        tell_again(session, HANA, key, at=clock.now())


def test_what_is_put_off_is_in_nobodys_hands(city: City, body: Body, desk: Pages) -> None:
    """The lease of a messenger that died is let go of with it: nobody waits for it once more."""
    stuck(city, body, (503, ""))
    last, at = word(city, "FIXED"), word(city).due_at
    with unit_of_work(city.engine) as session:
        lapsed = {"lease": "gone", "due_at": at - timedelta(seconds=1)}
        this = sa.update(ForwardingWord).where(ForwardingWord.id == last.id)
        session.execute(this.values(lapsed))
    city.messenger.turn(at)
    assert word(city, "FIXED").due_at > at
    desk.post(f"/console/bodies/words/{last.id}/skip", reason=WHY)
    assert word(city, "FIXED").state == "skipped"
