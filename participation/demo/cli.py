"""Commands: `flask city demo` makes Haneul, `import` takes real streets, `simulate` moves it."""

import os
import signal
import sys
import threading
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from participation.demo.jobs import Life
from participation.demo.models import CityMade
from participation.demo.visitor import RefusedError
from services import clock, maps, web
from services.commands import Group
from services.db import unit_of_work
from services.web.request import engine

city = Group("city", help="The city Madang shows.")
city.apart = ("simulate",)
SEED = 7
# Nobody measured these streets.
CREDIT = "© Madang · 하늘시 Haneul"


@city.command("demo")
@click.option("--size", default="small", help="small, medium, large, or blocks a side, 4 to 120.")
@click.option("--seed", default=None, type=int, help=f"Another seed, another city. [{SEED}]")
@click.option("--people", type=click.IntRange(0, 100_000), help="Residents known by name.")
@click.option("--reports", type=click.IntRange(0, 1_000_000), help="Reports of the past.")
@with_appcontext
def demo(size: str, seed: int | None, people: int | None, reports: int | None) -> None:
    """Make the demo city: streets, tiles, people and past reports. Does nothing twice.

    People and reports are as many as the streets call for, unless told. The same seed and size
    make the same city.
    """
    settings = web.settings()
    if settings.mode == "production":
        raise click.ClickException("nobody is made up in production: MADANG_MODE says so")
    extract = settings.data_dir / "demo.osm.pbf"
    with unit_of_work(engine()) as session:
        made = session.scalar(select(CityMade.seed))
    if made is not None and seed not in (None, made):
        raise click.ClickException(
            f"here is the city of seed {made} already; another one needs an empty database"
        )
    town = _town(size, made or (SEED if seed is None else seed), people, reports)
    if made is None or not extract.exists():
        maps.write_extract(town, extract)
    if not settings.tiles_path.exists():
        click.echo("  drawing the streets of the demo city")
        maps.build_tiles(extract, settings.tiles_path, click.echo, credit=CREDIT)
    if made is None:
        _settle(town, extract)


def _town(size: str, seed: int, people: int | None, reports: int | None) -> maps.Town:
    try:
        return maps.make_town(seed=seed, size=size, people=people, events=reports)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _settle(town: maps.Town, extract: Path) -> None:
    with unit_of_work(engine()) as session:
        maps.import_places(session, extract)
        click.echo(f"  settling {town.people} people and {town.events} past reports")
        for seed in web.registry().seeds:
            seed(session, town, clock.now())
        session.add(CityMade(seed=town.seed, made_at=clock.now()))


@city.command("import")
@click.option("--osm", required=True, type=click.Path(exists=True, path_type=Path))
@with_appcontext
def import_osm(osm: Path) -> None:
    """Build the base map from an OpenStreetMap extract (.osm.pbf)."""
    try:
        maps.build_tiles(osm, web.settings().tiles_path, click.echo)
    except (RuntimeError, ValueError) as error:
        raise click.ClickException(f"{osm.name} cannot be read: {error}") from error
    with unit_of_work(engine()) as session:
        click.echo(f"  {maps.import_places(session, osm)} names of places")


def _end_with_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


@city.command("simulate")
@click.option(
    "--base-url", default="", help="The city's address; this installation's own if empty."
)
@click.option("--seed", default=SEED, show_default=True)
@click.option(
    "--rate",
    default=20.0,
    show_default=True,
    type=click.FloatRange(1, 600),
    help="Acts per minute, on average.",
)
@click.option("--steps", default=0, type=click.IntRange(0), help="Stop after so many; 0: never.")
@click.option("--beside", is_flag=True, help="End when standard input does.")
@with_appcontext
def simulate(base_url: str, seed: int, rate: float, steps: int, *, beside: bool) -> None:
    """Let people report, follow and answer, through the same pages as everyone. Ctrl-C ends it."""
    if beside:
        threading.Thread(target=_end_with_input, daemon=True).start()
    life = Life(base_url or web.settings().base_url, seed=seed, per_minute=rate)
    try:
        for line in life.acts(steps):
            click.echo(line)
    except RefusedError as refused:
        raise click.ClickException(str(refused)) from refused
    except KeyboardInterrupt:
        click.echo()
    counts = ", ".join(f"{kind} {count}" for kind, count in sorted(life.done.items()))
    click.echo(f"done: {counts or 'nothing'}")
