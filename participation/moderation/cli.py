"""Commands: `flask audit verify` proves the trail and prints its head, to be kept elsewhere."""

import click
from flask.cli import with_appcontext

from services import audit as trail
from services.commands import Group
from services.db import reading_session
from services.web.request import engine

audit = Group("audit", help="Who did what, when.")


@audit.command("verify")
@click.option(
    "--against", metavar="COUNT:DIGEST", help="A head printed earlier and kept elsewhere."
)
@with_appcontext
def verify(against: str | None) -> None:
    """Check every act in its place, to the very last, and print the head COUNT:DIGEST.

    Keep the head where nobody who can write to the database can: given again with --against, it
    also finds a trail that was rewritten or cut together with its own head.
    """
    try:
        remembered = trail.Head.parse(against) if against else trail.NOTHING
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--against") from error
    with reading_session(engine()) as session:
        head, intact = trail.head(session), trail.intact(session, remembered)
    if not intact:
        raise click.ClickException("the trail is broken: an act was changed or removed")
    click.echo(f"intact {head}")
