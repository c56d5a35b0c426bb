"""A photo that a report shows only since it went to another body goes there too, once."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from participation.reports import actions
from participation.reports.actions import NewReport
from participation.reports.models import Report, ReportEntry
from participation.reports.photos.actions import cover_photo
from participation.reports.photos.actions_look import hide_photo, show_photo
from participation.reports.photos.actions_removal import remove_photo, restore_photo
from participation.reports.photos.queries import waiting_of
from participation.reports.queries import photos_of
from participation.reports.rules import PHOTO_SHOWN, UNDO_S, Category, Status
from services import clock
from services.db import Session, unit_of_work
from tests.participation.reports.forwarding.conftest import LAMP, City, Neighbour, Wire
from tests.participation.reports.forwarding.test_bodies_of_every_kind import (
    NO_LAMP,
    TAKEN,
    TOKEN,
    Body,
    body,
)
from tests.people import MINJI, SOYEON

__all__ = ["body"]
HEARD = "POST servicerequestupdates.xml"
THANKS = "<service_request_updates/>"
FIRST, SECOND, COVERED = ("abc"[n] * 64 for n in range(3))


def told(city: City, body: Body, *photos: str, looked_over: bool = False) -> None:
    """Let a report with photos go to a body, which takes it."""
    body.answers |= {"POST requests.xml": (200, TAKEN), HEARD: (200, THANKS)}
    city.send_to(body.url, "k")
    told_here(city, *photos, looked_over=looked_over)
    city.carry()


def told_here(city: City, *photos: str, looked_over: bool = False) -> None:
    new = NewReport(
        category=Category.STREET_LIGHT,
        text=LAMP,
        lat=34.21,
        lon=127.91,
        photos=photos,
        looked_over=looked_over,
        idempotency_key=uuid4().hex,
    )
    with unit_of_work(city.engine) as session:
        actions.open_report(session, MINJI, new, at=clock.now())
    city.deliver()


def the_report(session: Session) -> Report:
    return session.scalars(sa.select(Report)).one()


def show(city: City, photo: str) -> None:
    with unit_of_work(city.engine) as session:
        show_photo(session, SOYEON, the_report(session), photo, at=clock.now())


def cover(city: City, photo: str, by: str = COVERED) -> None:
    with unit_of_work(city.engine) as session:
        cover_photo(session, SOYEON, the_report(session), photo, by, at=clock.now())


def remove(city: City, photo: str) -> UUID:
    with unit_of_work(city.engine) as session:
        report = the_report(session)
        return remove_photo(session, SOYEON, report, photo, "A face", at=clock.now())


def move(city: City, status: Status) -> None:
    with unit_of_work(city.engine) as session:
        report = the_report(session)
        actions.answer_report(session, SOYEON, report, status, "", at=clock.now())


def sent(body: Body) -> list[str]:
    """Return the photos of the updates a body was sent, by their names."""
    shown = [post.get("media_url", "") for post in body.posts if "update_id" in post]
    return [url.split("/media/")[1].split("/")[0] for url in shown if url]


def test_what_is_shown_later_goes_later_and_once(city: City, body: Body) -> None:
    told(city, body, FIRST, SECOND)
    assert "media_url" not in body.posts[0]
    show(city, FIRST)
    city.pass_on()
    city.pass_on()
    assert sent(body) == [FIRST]
    show(city, SECOND)
    city.pass_on()
    assert sent(body) == [FIRST, SECOND]
    city.messenger.turn(clock.now())
    assert len({post["update_id"] for post in body.posts[1:]}) == len(body.posts) - 1 == 2


def test_it_is_told_as_an_update_that_moves_nothing(city: City, body: Body) -> None:
    told(city, body, FIRST)
    show(city, FIRST)
    city.pass_on()
    (update,) = body.posts[1:]
    base = city.messenger.settings.base_url
    assert update["media_url"] == f"{base}/media/{FIRST}/large.webp"
    assert (update["service_request_id"], update["status"]) == ("77", "INVESTIGATING")
    assert update["description"] == "이곳에서 그 뒤에 확인한 사진이에요."
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", update["updated_datetime"])
    move(city, Status.FIXED)
    cover(city, FIRST)
    city.pass_on()
    assert len(body.posts) == 2


def test_what_went_with_the_report_does_not_go_again(city: City, body: Body) -> None:
    """Not as it was, not covered, not uncovered; nor what the body was not to be given."""
    told(city, body, FIRST, SECOND, looked_over=True)
    assert FIRST in body.posts[0]["media_url"]
    cover(city, FIRST)
    city.pass_on()
    restored = remove(city, SECOND)
    with unit_of_work(city.engine) as session:
        entry = session.get_one(ReportEntry, restored)
        assert restore_photo(session, SOYEON, entry, at=clock.now())
    city.pass_on()
    assert sent(body) == []


def test_a_lost_answer_tells_it_again_under_the_same_name(
    city: City, neighbour: Neighbour, wire: Wire
) -> None:
    city.send_to(f"http://127.0.0.1:{wire.port}/open311/v2", neighbour.key)
    told_here(city, FIRST)
    city.carry()
    show(city, FIRST)
    wire.cuts.add("answer")
    city.pass_on()
    assert [(one.state, one.error) for one in city.words()] == [("waiting", "slow: ")]
    wire.cuts.clear()
    city.messenger.turn(city.words()[0].due_at)
    assert [one.state for one in city.words()] == ["told"]
    with Session(neighbour.engine) as session:
        notes = session.scalars(sa.select(ReportEntry.text).where(ReportEntry.kind == "note")).all()
    assert [FIRST in note for note in notes] == [True]
    # It is a note there: nothing of the report moves.
    assert neighbour.reports()[0].status == "open"


def test_covered_before_it_is_shown_it_goes_covered(city: City, body: Body) -> None:
    told(city, body, FIRST)
    cover(city, FIRST)
    city.pass_on()
    assert sent(body) == [COVERED]


def test_covered_on_its_way_it_goes_covered_alone(city: City, body: Body) -> None:
    told(city, body, FIRST)
    body.answers[HEARD] = (503, "")
    show(city, FIRST)
    city.pass_on()
    body.posts.clear()
    cover(city, FIRST)
    body.answers[HEARD] = (200, THANKS)
    city.pass_on(60)
    city.pass_on(60)
    assert sent(body) == [COVERED]


def test_taken_off_on_its_way_it_does_not_go(city: City, body: Body) -> None:
    """Hung again, it goes under the name it had, for the body may have heard of it."""
    told(city, body, FIRST)
    body.answers[HEARD] = (503, "")
    show(city, FIRST)
    city.pass_on()
    (named,) = [post["update_id"] for post in body.posts[1:]]
    body.posts.clear()
    body.answers[HEARD] = (200, THANKS)
    removal = remove(city, FIRST)
    city.messenger.turn(city.words()[0].due_at)
    assert (city.words(), body.posts) == ([], [])
    with unit_of_work(city.engine) as session:
        entry = session.get_one(ReportEntry, removal)
        assert restore_photo(session, SOYEON, entry, at=clock.now())
    city.pass_on()
    assert [post["update_id"] for post in body.posts] == [named]


def test_shown_and_hidden_again_it_does_not_go(city: City, body: Body) -> None:
    told(city, body, FIRST)
    show(city, FIRST)
    with unit_of_work(city.engine) as session:
        shown = sa.select(ReportEntry).where(ReportEntry.kind == PHOTO_SHOWN)
        assert hide_photo(session, SOYEON, session.scalars(shown).one(), at=clock.now())
        report = the_report(session)
        assert waiting_of(session, [report.id]) == {report.id: [FIRST]}
    city.pass_on()
    assert sent(body) == []


def test_of_a_report_that_is_hidden_nothing_goes_until_it_is_seen_again(
    city: City, body: Body
) -> None:
    told(city, body, FIRST)
    move(city, Status.REJECTED)
    show(city, FIRST)
    city.pass_on()
    assert sent(body) == []
    move(city, Status.OPEN)
    # That it is open again is told before how it stands.
    city.pass_on()
    city.pass_on()
    assert sent(body) == [FIRST]


def test_shown_while_the_report_is_on_its_way_it_follows_it(city: City, body: Body) -> None:
    """The body gives a token first, so that its letter is out and has no number yet."""
    body.answers |= {"POST requests.xml": (200, TOKEN), HEARD: (200, THANKS)}
    city.send_to(body.url, "k")
    told_here(city, FIRST)
    city.carry()
    show(city, FIRST)
    city.pass_on()
    assert (city.row().state, sent(body)) == ("token", [])
    body.answers["GET tokens/t1.xml"] = (200, TAKEN)
    city.carry(60)
    city.pass_on(120)
    assert sent(body) == [FIRST]


def test_shown_before_the_report_goes_it_goes_with_it(city: City, body: Body) -> None:
    body.answers |= {"POST requests.xml": (200, TAKEN), HEARD: (200, THANKS)}
    city.send_to(body.url, "k")
    told_here(city, FIRST)
    show(city, FIRST)
    city.carry()
    city.pass_on()
    assert FIRST in body.posts[0]["media_url"]
    assert sent(body) == []


def test_a_second_try_of_the_report_brings_no_more_than_the_first(
    city: City, neighbour: Neighbour, wire: Wire
) -> None:
    """Whichever of the two the body heard, each photo reaches it once."""
    city.send_to(f"http://127.0.0.1:{wire.port}/open311/v2", neighbour.key)
    told_here(city, FIRST)
    wire.cuts.add("answer")
    city.carry()
    assert city.row().state == "asked"
    show(city, FIRST)
    wire.cuts.clear()
    city.carry(60)
    assert (city.row().state, city.row().photos) == ("followed", "")
    city.pass_on(120)
    assert [(one.photo_hash, one.state) for one in city.words()] == [(FIRST, "told")]


def test_a_no_waits_for_an_operator(city: City, body: Body) -> None:
    told(city, body, FIRST)
    body.answers[HEARD] = (404, NO_LAMP)
    show(city, FIRST)
    city.pass_on()
    assert [(one.state, one.error) for one in city.words()] == [("refused", "refused: No lamp")]
    with Session(city.engine) as session:
        assert photos_of(session, the_report(session)) == [FIRST]


def test_what_may_still_be_taken_back_does_not_go_with_news_of_something_else(
    city: City, body: Body
) -> None:
    told(city, body, FIRST)
    now, before = clock.now(), clock.now() - timedelta(seconds=2 * UNDO_S)
    with unit_of_work(city.engine) as session:
        report = the_report(session)
        actions.answer_report(session, SOYEON, report, Status.IN_PROGRESS, "x", at=before)
    show(city, FIRST)
    city.deliver()
    city.messenger.turn(now)
    assert sent(body) == []
    city.messenger.turn(clock.now() + timedelta(seconds=UNDO_S))
    assert sent(body) == [FIRST]


def test_a_letter_that_was_lost_is_not_sent_again_once_its_report_is_turned_down(
    city: City, body: Body
) -> None:
    body.answers["POST requests.xml"] = (503, "")
    city.send_to(body.url, "k")
    told_here(city, FIRST, looked_over=True)
    city.carry()
    move(city, Status.REJECTED)
    body.posts.clear()
    body.answers |= {
        "GET requests.xml": (200, "<service_requests/>"),
        "POST requests.xml": (200, TAKEN),
    }
    city.carry(100_000)
    assert (body.posts, city.row().state) == ([], "ended")
