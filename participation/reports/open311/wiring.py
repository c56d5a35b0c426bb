"""Everything the Open311 server brings to the application."""

from flask.blueprints import BlueprintSetupState

from participation.reports.open311 import api, api_updates, console
from participation.reports.open311.jobs import Fetcher
from participation.reports.open311.walk import Walks
from services.registry import MenuEntry, Registry


def _start(state: BlueprintSetupState) -> None:
    """Give an application its walks, and the one that fetches pictures where work is done."""
    extensions = state.app.extensions
    fetcher = Fetcher(extensions["engine"], extensions["settings"], extensions["photos"])
    extensions["fetcher"] = fetcher
    extensions["walks"] = Walks(extensions["engine"])
    extensions.setdefault("background", []).append(fetcher.run)


console.pages.record(_start)


def register(registry: Registry) -> None:
    registry.blueprints += [api.pages, api_updates.pages, console.pages]
    registry.menu.append(
        MenuEntry("console", "Open311 keys", "/console/open311", "key", 60, "operator")
    )
