"""A case offers the joins and the parts that can be made; a whole is not joined into its part."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from participation.reports import actions_family, actions_merge
from participation.reports.models import Report
from participation.reports.rules import Status
from services.auth import Actor
from services.db import Session
from services.errors import RefusedError
from tests.conftest import AT
from tests.flows.test_staff_hide_what_is_public import JOINED, STATES, came_to
from tests.pages import Pages
from tests.participation.reports.test_one_lamp_is_one_report import opened
from tests.people import SOYEON

Visit = Callable[[Actor | None], Pages]


def whole_and_part(session: Session) -> tuple[Report, Report]:
    whole, part = opened(session), opened(session)
    actions_family.attach_part(session, SOYEON, whole, part, at=AT)
    session.commit()
    return whole, part


def offers(page: str, field: str) -> set[UUID]:
    """Return the reports that are offered in one of the case's forms."""
    return {UUID(key) for key in re.findall(f'name="{field}" value="([0-9a-f-]+)"', page)}


def test_a_whole_is_not_joined_into_its_part(session: Session) -> None:
    whole, part = whole_and_part(session)
    with pytest.raises(RefusedError, match="report_is_its_whole"):
        actions_merge.merge_report(session, SOYEON, whole, part, at=AT)
    assert (whole.status, whole.merged_into) == ("open", None)


def test_nor_is_what_the_whole_went_on_in(session: Session) -> None:
    (whole, part), third = whole_and_part(session), opened(session)
    actions_merge.merge_report(session, SOYEON, whole, third, at=AT)
    with pytest.raises(RefusedError, match="report_is_its_whole"):
        actions_merge.merge_report(session, SOYEON, third, part, at=AT)
    actions_merge.merge_report(session, SOYEON, part, third, at=AT)
    assert part.merged_into == third.id


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("ko", "그 신고는 이 신고에서 나누어진 것이에요"),
        ("en", "That report is a part of this one"),
    ],
)
def test_it_is_refused_with_a_sentence(
    visit: Visit, session: Session, lang: str, said: str
) -> None:
    whole, part = whole_and_part(session)
    desk = visit(SOYEON)
    desk.client.set_cookie("lang", lang)
    desk.get(f"/console/reports/{whole.id}")
    told = desk.post(f"/console/reports/{whole.id}/merge", 409, into=str(part.id)).text
    assert said in told


def test_joins_into_ones_own_part_are_not_offered(visit: Visit, session: Session) -> None:
    (whole, part), other = whole_and_part(session), opened(session)
    session.commit()
    desk = visit(SOYEON)
    for query in ("", "?same=등", f"?same={part.id}"):
        found = offers(desk.get(f"/console/reports/{whole.id}{query}"), "into")
        assert found == ({other.id} if "-" not in query else set())
    assert whole.id in offers(desk.get(f"/console/reports/{part.id}"), "into")


@pytest.mark.parametrize("state", STATES)
def test_what_cannot_be_joined_is_offered_no_join(
    visit: Visit, session: Session, state: str
) -> None:
    made, other = came_to(session, state), opened(session)
    session.commit()
    desk = visit(SOYEON)
    page = desk.get(f"/console/reports/{made.id}?same={other.id}")
    may = state not in (Status.HELD, Status.REJECTED, JOINED)
    assert offers(page, "into") == ({other.id} if may else set())
    assert ('data-act="merge"' in page) is may
    refused = desk.post(f"/console/reports/{made.id}/merge", 303 if may else 409, into=other.id)
    assert may or "이 신고는 이제 합칠 수 없어요" in refused.text


def test_every_part_that_is_offered_can_be_made_one(visit: Visit, session: Session) -> None:
    whole, part = whole_and_part(session)
    made, alone, joined = opened(session), opened(session), came_to(session, JOINED)
    session.commit()
    desk = visit(SOYEON)
    case = f"/console/reports/{made.id}"
    found = offers(desk.get(case), "part")
    assert alone.id in found
    assert not found & {whole.id, part.id, joined.id, made.id}
    for key in found:
        desk.post(f"{case}/parts", part=key)
    for one in (part, joined):
        assert offers(desk.get(f"/console/reports/{one.id}"), "part") == set()


def test_what_has_ten_parts_is_offered_no_more(visit: Visit, session: Session) -> None:
    whole, _ = whole_and_part(session)
    for _ in range(9):
        actions_family.attach_part(session, SOYEON, whole, opened(session), at=AT)
    opened(session)
    session.commit()
    assert offers(visit(SOYEON).get(f"/console/reports/{whole.id}"), "part") == set()
