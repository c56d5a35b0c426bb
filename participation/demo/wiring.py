"""Everything the demo city brings to the application."""

from participation.demo import cli
from services.registry import Registry


def register(registry: Registry) -> None:
    registry.cli.append(cli.city)
