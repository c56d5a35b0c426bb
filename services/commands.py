"""Groups of `flask` commands that say in a sentence what is missing."""

from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import InterfaceError, OperationalError

from services.db.shape import OldShapeError, refuse_old


class Group(AppGroup):
    """Commands that work on the database; where it is not ready, they say so and end."""

    def invoke(self, ctx: click.Context) -> Any:
        app = ctx.ensure_object(ScriptInfo).load_app()
        try:
            refuse_old(app.extensions["engine"])
            return super().invoke(ctx)
        except OldShapeError as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            told = str(error.orig).split("\n", 1)[0]
            raise click.ClickException(f"the database does not answer: {told}") from error
