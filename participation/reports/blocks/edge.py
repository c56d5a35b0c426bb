"""What the edges show whom a block holds on: why, until when, and where to object."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from participation.reports.blocks.queries import Block, block_on
from services import web
from services.db import reading_session
from services.web import browsers
from services.web.request import engine


def block_of(person_id: UUID | None) -> Block | None:
    """Return the block on a person, or on the browser that asks, as it is told to them.

    It is looked up without taking the writer's turn.
    """
    with reading_session(engine()) as session:
        return block_on(session, person_id, browsers.known(), web.at())


def refused() -> ResponseReturnValue | None:
    """Return the page for who asks and is blocked, None for everyone else.

    The browser is about to write: one that has no cookie of its own gets it now.
    """
    web.device()
    block = block_of(web.actor().id)
    if block is None:
        return None
    to = web.settings().mail_from
    return render_template("reports/blocked.html", block=block, to=to), 403
