"""A yes for a purpose leaves a receipt; taking it back deletes what was kept for it."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from services import audit, privacy
from services.db import Session
from services.errors import NotFoundError
from services.privacy import consents
from services.privacy.models import Consent
from services.registry import Purpose
from tests.conftest import AT
from tests.people import JUN, MINJI

LATER = AT + timedelta(days=3)
assert MINJI.id is not None
assert JUN.id is not None
ME: UUID = MINJI.id
NEIGHBOUR: UUID = JUN.id


@pytest.fixture
def kept() -> dict[UUID, int]:
    """What is kept for the purpose, by person."""
    return {ME: 2, NEIGHBOUR: 1}


@pytest.fixture
def purpose(kept: dict[UUID, int]) -> Callable[[int], Purpose]:
    """Return the purpose of walking a dog, with the text of a version."""

    def forget(_session: Session, person_id: UUID, _at: datetime) -> None:
        kept.pop(person_id, None)

    def of(version: int) -> Purpose:
        return Purpose(
            key="dog_walks",
            title="Dog walks",
            text="We keep where your dog likes to walk.",
            to_whom="Nobody",
            until="Until you take it back",
            text_version=version,
            held=lambda _session, person_id: kept.get(person_id, 0),
            on_withdraw=forget,
        )

    return of


def verbs(session: Session) -> list[str]:
    """Return what the trail says of consents; it is written when a transaction commits."""
    session.commit()
    rows = session.scalars(sa.select(audit.AuditEntry).order_by(audit.AuditEntry.seq))
    return [row.verb for row in rows if row.kind == "consent"]


def test_a_yes_has_a_receipt_anyone_can_compute(
    session: Session, purpose: Callable[[int], Purpose]
) -> None:
    receipt = privacy.give(session, ME, purpose(1), at=AT)
    parts = [str(ME), "dog_walks", 1, "2026-11-02T09:00:00.000000+00:00"]
    said = json.dumps(parts, separators=(",", ":"))
    assert receipt == hashlib.sha256(said.encode()).hexdigest()
    assert privacy.allows(session, ME, "dog_walks")
    assert not privacy.allows(session, NEIGHBOUR, "dog_walks")
    assert verbs(session) == ["give_consent"]


def test_a_second_yes_is_the_first(session: Session, purpose: Callable[[int], Purpose]) -> None:
    first = privacy.give(session, ME, purpose(1), at=AT)
    assert privacy.give(session, ME, purpose(1), at=LATER) == first
    assert verbs(session) == ["give_consent"]


def test_taking_back_deletes_only_what_is_mine(
    session: Session, purpose: Callable[[int], Purpose], kept: dict[UUID, int]
) -> None:
    given = privacy.give(session, ME, purpose(1), at=AT)
    receipt = privacy.withdraw(session, ME, purpose(1), at=LATER)
    said = json.dumps([given, "withdrawn", LATER.isoformat(timespec="microseconds")])
    assert receipt == hashlib.sha256(said.replace(", ", ",").encode()).hexdigest()
    assert kept == {NEIGHBOUR: 1}
    assert not privacy.allows(session, ME, "dog_walks")
    assert verbs(session) == ["give_consent", "withdraw_consent"]
    assert [one.receipt for one in privacy.past(session, ME)] == [receipt]


def test_taking_back_also_deletes_what_was_kept_without_a_yes(
    session: Session, purpose: Callable[[int], Purpose], kept: dict[UUID, int]
) -> None:
    assert privacy.withdraw(session, ME, purpose(1), at=AT) == ""
    assert kept == {NEIGHBOUR: 1}


def test_a_yes_again_is_another_row(session: Session, purpose: Callable[[int], Purpose]) -> None:
    receipts = [privacy.give(session, ME, purpose(1), at=AT)]
    privacy.withdraw(session, ME, purpose(1), at=AT)
    receipts.append(privacy.give(session, ME, purpose(1), at=LATER))
    assert len(set(receipts)) == 2
    held = privacy.consents.export_of(session, ME)["consents"]
    assert [one["receipt"] for one in held] == receipts
    assert [one["withdrawn_at"] is None for one in held] == [False, True]


def test_a_new_text_is_not_what_was_agreed_to(
    session: Session, purpose: Callable[[int], Purpose], kept: dict[UUID, int]
) -> None:
    privacy.give(session, ME, purpose(1), at=AT)
    (before,) = privacy.standings(session, ME, [purpose(2)])
    assert before.outdated
    privacy.give(session, ME, purpose(2), at=LATER)
    (after,) = privacy.standings(session, ME, [purpose(2)])
    assert (after.outdated, after.given_at) == (False, LATER)
    assert kept[ME] == 2


def test_two_standing_yeses_cannot_be(session: Session, purpose: Callable[[int], Purpose]) -> None:
    privacy.give(session, ME, purpose(1), at=AT)
    twin = Consent(person_id=ME, purpose="dog_walks", text_version=1, given_at=AT, receipt="x")
    session.add(twin)
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_a_purpose_nobody_named_is_nowhere(purpose: Callable[[int], Purpose]) -> None:
    with pytest.raises(NotFoundError):
        consents.purpose_of([purpose(1)], "other")


def test_erasing_leaves_no_receipt(session: Session, purpose: Callable[[int], Purpose]) -> None:
    privacy.give(session, ME, purpose(1), at=AT)
    consents.erase_of(session, ME, LATER)
    assert consents.export_of(session, ME) == {"consents": []}
