"""What a person allowed and can take back: consent by purpose with receipts, export, erasure."""

from services.privacy import views
from services.privacy.consents import Past, Standing, allows, give, past, standings, withdraw
from services.privacy.consents import erase_of as _erase_of
from services.privacy.consents import export_of as _export_of
from services.registry import Holding, PrivacyHook, Registry

__all__ = ["Past", "Standing", "allows", "give", "install", "past", "standings", "withdraw"]

HOLDING = Holding(
    "check",
    "What I allowed, with receipts",
    "only you",
    "until you erase it",
    {"consents": "Receipts"},
)


def install(registry: Registry) -> None:
    """Add the pages of what people allowed, and the hooks that hand it out and erase it."""
    registry.blueprints.append(views.pages)
    registry.privacy.append(
        PrivacyHook("consents", HOLDING, frozenset({"consent"}), _export_of, _erase_of)
    )
