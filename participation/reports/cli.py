"""Commands: `flask reports import FILE.csv.gz` takes in another city's open data."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext

from participation.reports import clusters
from participation.reports.imports import feeds
from participation.reports.imports.arrivals import Arrival, take_in
from participation.reports.open311 import actions as open311_actions
from participation.reports.open311 import queries_keys
from participation.reports.open311.rules import SCOPES, USUAL, KeyScope
from participation.reports.rules import Category
from services import clock
from services.auth import STRANGER
from services.commands import Group
from services.db import Session, refresh_statistics, unit_of_work
from services.errors import DomainError, NotFoundError
from services.web.request import engine

BATCH = 500
reports = Group("reports", help="Problems people told of.")


@reports.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_file(file: Path) -> None:
    """Take in the service requests of FILE (CSV, gzipped or not). Doing it twice adds nothing.

    Rows that cannot be taken in are told one by one, with their line and the reason; so is what
    is closed and has neither a closed_datetime nor an updated_datetime.
    """
    try:
        encoding, total = feeds.surveyed(file)
    except (feeds.FileError, OSError) as error:
        # All of it is read first: in a damaged file what can still be read may be wrong as well.
        told = f"{file.name} cannot be read: {error}. Nothing was taken in."
        raise click.ClickException(told) from error
    if encoding != feeds.ENCODINGS[0]:
        click.echo(f"{file.name} is not UTF-8 and is read as {encoding.upper()}", err=True)
    refused: list[str] = []
    try:
        new = _take_all(file, encoding, total, refused)
    finally:
        for line in refused:
            click.echo(line, err=True)
    known = total - new - len(refused)
    click.echo(f"{total} rows: {new} taken in, {known} known before, {len(refused)} refused")


def _take_all(file: Path, encoding: str, total: int, refused: list[str]) -> int:
    """Take in what is new, batch by batch, and return how much was."""
    new, last = 0, 1
    with click.progressbar(length=total, label="Taking in") as bar:
        try:
            for batch, rows, line in _batches(file, encoding, refused):
                with unit_of_work(engine()) as session:
                    new += take_in(session, batch, at=clock.now())
                last = line
                bar.update(rows)
        except (feeds.FileError, UnicodeDecodeError) as error:
            raise click.ClickException(
                f"{file.name} cannot be read further: {error}. Line {last} was the last one taken "
                "in; that stays, and the same command goes on from there."
            ) from error
    if new:
        with unit_of_work(engine()) as session:
            refresh_statistics(session)
    return new


@reports.command("rebuild-map")
@with_appcontext
def rebuild_map() -> None:
    """Count anew what the map's rings say, from the reports themselves."""
    with unit_of_work(engine()) as session:
        click.echo(f"{clusters.rebuild_clusters(session, clock.now())} reports on the map")


@reports.command("open311-key")
@click.argument("name")
@click.option(
    "--scope",
    multiple=True,
    type=click.Choice(list(SCOPES)),
    help="Default: write and read-updates.",
)
@click.option("--category", multiple=True, type=click.Choice([c.value for c in Category]))
@click.option("--renew", is_flag=True, help="Give the system a new key in place of the one it has.")
@with_appcontext
def open311_key(name: str, scope: tuple[str, ...], category: tuple[str, ...], renew: bool) -> None:
    """Make a key for the system called NAME and print it, this once.

    It is good for all categories, unless some are named. A renewed key is good for the same as
    the one before, which opens nothing from then on, and was revoked perhaps.
    """
    if renew and (scope or category):
        raise click.UsageError("a renewed key keeps what it is for: name no scope and no category")
    asked = None if renew else KeyScope(scope or USUAL, category)
    with unit_of_work(engine()) as session:
        try:
            token = _token(session, name, asked)
        except DomainError as error:
            raise click.ClickException(f"no key was made: {error.code}") from error
    click.echo(token)


def _token(session: Session, name: str, asked: KeyScope | None) -> str:
    """Return the token of a new key for what is asked, of one that is renewed if nothing is."""
    at = clock.now()
    if asked is not None:
        return open311_actions.issue_key(session, STRANGER, name, at=at, scope=asked)
    known = queries_keys.key_named(session, name)
    if known is None:
        raise NotFoundError
    return open311_actions.renew_key(session, STRANGER, str(known.id), at=at)


def _batches(
    file: Path, encoding: str, refused: list[str]
) -> Iterator[tuple[list[Arrival], int, int]]:
    """Yield (arrivals, rows read for them, line of the last); the others are noted in `refused`."""
    batch: list[Arrival] = []
    read, line = 0, 1
    with feeds.opened(file, encoding) as source:
        for line, row in feeds.rows(source):
            read += 1
            try:
                batch.append(feeds.arrival_of(row, at=clock.now()))
            except feeds.RowError as error:
                refused.append(f"line {line}: {error}")
            if len(batch) == BATCH:
                yield batch, read, line
                batch, read = [], 0
    if read:
        yield batch, read, line
