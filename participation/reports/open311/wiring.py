"""Everything the Open311 server brings to the application."""

from flask.blueprints import BlueprintSetupState

from participation.reports.open311 import api, api_updates, console, walk
from participation.reports.open311.jobs import Fetcher
from services.jobs import Job
from services.registry import MenuEntry, Registry


def _start_fetcher(state: BlueprintSetupState) -> None:
    """Give an application the one that fetches pictures; it runs where work is done."""
    extensions = state.app.extensions
    fetcher = Fetcher(extensions["engine"], extensions["settings"], extensions["photos"])
    extensions["fetcher"] = fetcher
    extensions.setdefault("background", []).append(fetcher.run)


console.pages.record(_start_fetcher)


def register(registry: Registry) -> None:
    registry.blueprints += [api.pages, api_updates.pages, console.pages]
    registry.jobs.append(Job("open311.forget_walks", 600, walk.forget))
    registry.menu.append(
        MenuEntry("console", "Open311 keys", "/console/open311", "list", 60, "operator")
    )
