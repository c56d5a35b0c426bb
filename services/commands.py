"""Groups of `flask` commands that say in a sentence what is missing."""

from collections.abc import Collection
from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import InterfaceError, OperationalError

from services.db.shape import OldShapeError, refuse_old


class Group(AppGroup):
    """Commands that work on the database; where it is not ready, they say so and end.

    Those that are named `apart` never ask it.
    """

    apart: Collection[str] = ()

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name, *found = super().resolve_command(ctx, args)
        if name not in self.apart:
            refuse_old(ctx.ensure_object(ScriptInfo).load_app().extensions["engine"])
        return name, *found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OldShapeError as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            told = str(error.orig).split("\n", 1)[0]
            raise click.ClickException(f"the database does not answer: {told}") from error
