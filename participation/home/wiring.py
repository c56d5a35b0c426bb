"""Everything home brings to the application."""

from participation.home import views
from services.registry import MenuEntry, Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
    registry.menu.append(MenuEntry("resident", "Home", "/", "home", 0))
