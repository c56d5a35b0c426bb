"""A report of a kind another body mends goes there once, and the body's answers come back."""

import sqlalchemy as sa

from participation.reports.models import ReportEntry
from participation.reports.rules import Category, Status
from services.db import Session
from tests.participation.reports.forwarding.conftest import LAMP, City, Neighbour, Wire


def said(city: City) -> list[str]:
    with Session(city.engine) as session:
        wanted = sa.select(ReportEntry.text).where(ReportEntry.kind == "answer", ReportEntry.public)
        return list(session.scalars(wanted.order_by(ReportEntry.at)))


def test_a_report_goes_there_and_back(city: City, neighbour: Neighbour) -> None:
    city.send_to(f"http://127.0.0.1:{neighbour.port}/open311/v2", neighbour.key)
    city.tell()
    city.carry()
    (theirs,) = neighbour.reports()
    assert theirs.text.startswith(LAMP)
    assert (theirs.category, theirs.lat, theirs.reporter_id) == ("street_light", 34.21, None)
    assert (city.row().state, city.row().remote_id) == ("followed", str(theirs.id))
    assert city.status() == "acknowledged"

    neighbour.answer(Status.IN_PROGRESS, "We come tomorrow")
    city.carry(400)
    assert city.status() == "in_progress"
    neighbour.answer(Status.FIXED, "The lamp is new")
    for later in (800, 1200, 1600):
        city.carry(later)
    assert city.status() == "fixed"
    assert said(city)[1:] == ["Lamp works: We come tomorrow", "Lamp works: The lamp is new"]
    assert len(neighbour.reports()) == 1


def test_other_kinds_stay_here(city: City, neighbour: Neighbour) -> None:
    city.send_to(f"http://127.0.0.1:{neighbour.port}/open311/v2", neighbour.key)
    city.tell(category=Category.LITTER)
    city.carry()
    assert neighbour.reports() == []


def test_a_word_said_while_we_ask_is_heard_with_its_state(
    city: City, neighbour: Neighbour, wire: Wire
) -> None:
    city.send_to(f"http://127.0.0.1:{wire.port}/open311/v2", neighbour.key)
    city.tell()
    city.carry()
    wire.after_reading.append(lambda: neighbour.answer(Status.FIXED, "The lamp is new"))
    for later in (400, 800):
        city.carry(later)
    assert city.status() == "fixed"
    assert said(city)[1:] == ["Lamp works: The lamp is new"]
