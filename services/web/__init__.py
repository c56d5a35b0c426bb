"""What every page needs: this request's session and actor, safety, errors as answers."""

from services.web.install import install
from services.web.limits import limit
from services.web.request import actor, at, engine, registry, session, settings

__all__ = ["actor", "at", "engine", "install", "limit", "registry", "session", "settings"]
