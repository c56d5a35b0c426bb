"""Everything feeds of reports bring to the application."""

from participation.reports.feeds import queries, views, wards
from services.registry import Registry


def register(registry: Registry) -> None:
    registry.blueprints.append(views.pages)
    registry.offers |= {
        "reports.told_of": queries.told_of,
        "reports.ward_of": wards.ward_of,
        "reports.ward_names": wards.ward_names,
    }
