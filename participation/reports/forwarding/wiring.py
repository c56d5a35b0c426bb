"""Everything other bodies bring to the application."""

from flask.blueprints import BlueprintSetupState

from participation.events.reports import ReportOpened
from participation.reports.forwarding import console, subscribers
from participation.reports.forwarding.jobs import Courier
from services.registry import MenuEntry, Registry


def _start_courier(state: BlueprintSetupState) -> None:
    """Give an application the one that goes out with reports; it runs where work is done."""
    extensions = state.app.extensions
    courier = Courier(extensions["engine"], extensions["settings"])
    extensions["courier"] = courier
    extensions.setdefault("background", []).append(courier.run)


console.pages.record(_start_courier)


def register(registry: Registry) -> None:
    registry.blueprints.append(console.pages)
    registry.subscriptions.on(ReportOpened, subscribers.forward_opened)
    registry.menu.append(
        MenuEntry("console", "Other bodies", "/console/bodies", "list", 61, "operator")
    )
