"""The record of acts in the console: found by who, what, on what and when, and proven."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from participation.accounts.models import Person
from participation.moderation import queries
from services import audit
from services.auth import Actor
from services.db import unit_of_work
from services.ids import new_id
from services.jobs import Scheduler
from tests.conftest import AT
from tests.pages import Pages
from tests.people import HANA, JUN, MINJI, SOYEON

Visit = Callable[[Actor | None], Pages]
ROWS = "<tbody>"


def acted(
    app: Flask, who: Actor, verb: str, ref: str, at: datetime = AT, kind: str = "wall", **told: str
) -> None:
    detail = told or {"colour": f"c-{ref}"}
    with unit_of_work(app.extensions["engine"]) as session:
        audit.record(session, who.id, verb, kind, ref, at=at, detail=detail)


def shown(page: str) -> str:
    return page.partition(ROWS)[2]


def test_each_way_of_finding(app: Flask, visit: Visit) -> None:
    # One minute before midnight of the third of November in the city, and one after.
    midnight = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    acted(app, MINJI, "paint_wall", "w-one", midnight - timedelta(minutes=1))
    acted(app, JUN, "burn_wall", "w-two", midnight + timedelta(minutes=1))
    operator = visit(HANA)

    def finds(query: str) -> tuple[bool, bool]:
        rows = shown(operator.get(f"/console/audit?{query}"))
        return "w-one" in rows, "w-two" in rows

    assert finds("") == (True, True)
    assert finds("who=김민") == (True, False)
    assert finds("who=Nobody") == (False, False)
    assert finds("verb=burn") == (False, True)
    assert finds("kind=wall") == (True, True)
    assert finds("kind=house") == (False, False)
    assert finds("ref=w-one&kind=wall") == (True, False)
    assert finds("since=2026-11-03") == (False, True)
    assert finds("until=2026-11-02") == (True, False)
    assert finds("since=2026-11-02&until=2026-11-03") == (True, True)
    assert "c-w-one" in shown(operator.get("/console/audit?verb=paint_wall"))


def test_of_many_of_one_name_nobodys_acts_are_left_out(app: Flask, visit: Visit) -> None:
    """However many there are before them whose name begins so too."""
    ids = [new_id() for _ in range(301)]
    with unit_of_work(app.extensions["engine"]) as session:
        for n, one in enumerate(ids):
            address = f"kim{n}@mail.example"
            session.add(Person(id=one, display_name=f"Kim {n:03}", email=address, created_at=AT))
    acted(app, Actor(ids[300]), "paint_wall", "w-last")
    assert "w-last" in shown(visit(HANA).get("/console/audit?who=kim"))


def test_an_act_is_read_and_looked_for_in_the_readers_words(app: Flask, visit: Visit) -> None:
    acted(app, MINJI, "choose_language", "w-one")
    acted(app, JUN, "acknowledge_many", "w-two")
    acted(app, JUN, "paint_wall", "w-three")
    operator = visit(HANA)

    def finds(verb: str) -> list[str]:
        rows = shown(operator.get(f"/console/audit?verb={verb}&kind=wall"))
        return [ref for ref in ("w-one", "w-two", "w-three") if ref in rows]

    page = shown(operator.get("/console/audit?kind=wall"))
    for words in ("언어를 골랐어요", "choose_language", "신고 여러 건을 확인했어요", "paint_wall"):
        assert words in page
    assert finds("언어") == finds("골랐어요 언어") == finds("choose_l") == ["w-one"]
    assert finds("여러 건") == ["w-two"]
    assert finds("language") == finds("바다") == finds("언어 여러") == []
    operator.post("/language", 303, language="en")
    assert "Chose a language" in shown(operator.get("/console/audit?kind=wall"))
    assert finds("LANGUAGE") == ["w-one"]
    assert finds("언어") == []


def test_what_it_was_done_to_is_read_and_looked_for_in_words(app: Flask, visit: Visit) -> None:
    acted(app, MINJI, "set_times", "w-one", kind="alert_times")
    acted(app, JUN, "add_team", "w-two", kind="team")
    operator = visit(HANA)

    def finds(kind: str) -> list[str]:
        rows = shown(operator.get(f"/console/audit?kind={kind}&ref=w-"))
        return [ref for ref in ("w-one", "w-two") if ref in rows]

    page = shown(operator.get("/console/audit?ref=w-"))
    assert "알림이 오는 때" in page
    assert "alert_times" not in page
    assert finds("알림") == finds("때 알림") == finds("alert") == ["w-one"]
    assert finds("팀") == finds("team") == ["w-two"]
    assert finds("바다") == []
    operator.post("/language", 303, language="en")
    assert "Times of notices" in shown(operator.get("/console/audit?ref=w-"))
    assert finds("NOTICES") == ["w-one"]


def test_details_are_read_and_looked_for_in_words(app: Flask, visit: Visit) -> None:
    acted(app, HANA, "grant_role", "w-one", role="officer")
    acted(app, HANA, "grant_role", "w-two", role="moderator")
    acted(app, HANA, "issue_key", "w-three", key="Lamps, south", scopes="move,write")
    acted(app, HANA, "bound_staff", "w-four", bounds="area 17, body 18")
    acted(app, HANA, "set_calendar", "w-five", country="KR", weekend="56", zone="Asia/Seoul")
    acted(app, HANA, "answer_report", "w-six", **{"from": "open", "to": "fixed"})
    acted(app, HANA, "paint_wall", "w-seven", paint='50% "wet"')
    operator = visit(HANA)

    def finds(detail: str) -> list[str]:
        rows = shown(operator.get(f"/console/audit?detail={detail}&ref=w-"))
        refs = ("one", "two", "three", "four", "five", "six", "seven")
        return [ref for ref in refs if f"w-{ref}<" in rows]

    operator.post("/language", 303, language="en")
    page = shown(operator.get("/console/audit?ref=w-"))
    for told in (
        "Role</span> officer",
        "Works only for</span> Area 17, Body 18",
        "Country</span> South Korea",
        "Free days of the week</span> Saturday, Sunday",
        'Before</span> New, <span class="quiet">After</span> Fixed',
        "Key</span> Lamps, south",
        "Dispute or answer reports, not only write notes, Pass reports and updates on to us",
        "paint</span> 50% &#34;wet&#34;",
    ):
        assert told in page, told
    assert finds("role officer") == finds("officer") == ["one"]
    assert finds("Role") == ["one", "two"]
    assert finds("Pass reports") == finds("Dispute") == finds("Lamps, s") == ["three"]
    assert finds("Body") == finds("only for area") == ["four"]
    assert finds("Sea") == finds("south") == []
    assert finds("Asia") == finds("free days") == ["five"]
    assert finds("After fixed") == finds("before new") == ["six"]
    assert finds("before fixed") == []
    assert finds('50%25 "w') == ["seven"]
    assert finds("50_") == []
    operator.post("/language", 303, language="ko")
    assert finds("담당자") == ["one"]
    assert "역할</span> 담당자" in shown(operator.get("/console/audit?ref=w-one"))


def test_a_day_that_is_none_gets_a_sentence(visit: Visit) -> None:
    operator = visit(HANA)
    for query in ("since=tomorrow", "since=2026-02-30", "since=0001-01-01", "until=9999-12-31"):
        assert "그런 날짜는 없어요" in operator.get(f"/console/audit?{query}", 422), query


def test_a_detail_that_fits_nearly_all_wants_a_first_day(visit: Visit) -> None:
    """Each that it fits is looked for in every act: half a minute in a million of them."""
    operator = visit(HANA)
    operator.post("/language", 303, language="en")
    assert "That fits too many details" in operator.get("/console/audit?detail=e", 422)
    operator.get("/console/audit?detail=e&since=2026-11-01")
    operator.get("/console/audit?detail=officer")


def test_older_acts_come_page_by_page(app: Flask, visit: Visit) -> None:
    for number in range(queries.PAGE + 3):
        acted(app, MINJI, "paint_wall", f"w-{number}.")
    operator = visit(HANA)
    first = operator.get("/console/audit?verb=paint_wall")
    assert ("w-102." in first, "w-2." in first) == (True, False)
    link = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "verb=paint_wall" in link
    second = operator.get(link)
    assert ("w-102." in second, "w-2." in second) == (False, True)
    assert 'rel="next"' not in second
    assert "w-102." in operator.get("/console/audit?verb=paint_wall&before=" + "9" * 30)


def test_the_page_tells_what_the_last_check_found(app: Flask, visit: Visit) -> None:
    engine, operator = app.extensions["engine"], visit(HANA)
    acted(app, MINJI, "paint_wall", "w")
    assert "아직 끝까지 확인하지 못했어요" in operator.get("/console/audit")
    jobs = [job for job in app.extensions["registry"].jobs if job.name == "audit.check"]
    scheduler = Scheduler(engine, jobs)
    scheduler.turn()
    assert "기록의 사슬이 온전해요" in operator.get("/console/audit")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE audit_entry SET ref = 'other' WHERE ref = 'w'"))
    scheduler.turn(datetime.now(UTC) + timedelta(hours=1))
    assert 'role="alert"' in operator.get("/console/audit")


def test_the_page_does_not_read_the_whole_trail(app: Flask, visit: Visit) -> None:
    """Its queries are as many, and as bounded, for many acts as for few."""
    operator, asked = visit(HANA), []
    for number in range(queries.PAGE + 50):
        acted(app, MINJI, "paint_wall", f"w-{number}")

    @sa.event.listens_for(app.extensions["engine"], "before_cursor_execute")
    def _note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM audit_entry" in statement:
            asked.append(statement)

    operator.get("/console/audit")
    assert asked
    assert all("LIMIT" in statement for statement in asked)


def test_it_is_open_to_those_who_may(visit: Visit) -> None:
    visit(SOYEON).get("/console/audit", 403)
    visit(MINJI).get("/console/audit", 403)
