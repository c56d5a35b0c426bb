"""Commands: `flask people grant-role` makes the first operator of a city."""

import click

from participation.accounts import actions
from services import clock
from services.auth import STRANGER, Role
from services.commands import Group
from services.db import unit_of_work
from services.errors import NotFoundError
from services.web.request import engine

people = Group("people", help="Who lives and works here.")


@people.command("grant-role")
@click.argument("address")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def grant_role(address: str, role: str) -> None:
    """Let the person who signs in with an e-mail ADDRESS hold a ROLE.

    For the first operator, who then gives roles in the console. The person has signed in before.
    """
    with unit_of_work(engine()) as session:
        try:
            name = actions.grant_by_address(session, STRANGER, address, Role(role), at=clock.now())
        except NotFoundError as error:
            raise click.ClickException(
                f"nobody signed in as {address} yet: do so once, then grant the role"
            ) from error
    click.echo(f"{name} is {role}")
