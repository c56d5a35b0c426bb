"""Put the web layer on an application."""

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from services.config import Settings
from services.registry import Registry
from services.web import browsers, compression, faults, health, limits, pages, request, safety
from services.web.cookies import FormCookies


def install(app: Flask, settings: Settings, engine: Engine, registry: Registry) -> None:
    """Give `app` sessions, actors, safety, errors and pages, in the order they depend."""
    app.secret_key = settings.secret_key
    app.session_interface = FormCookies()
    secure = settings.base_url.startswith("https:")
    app.config.update(
        SESSION_COOKIE_NAME="madang_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        PERMANENT_SESSION_LIFETIME=31_536_000,
    )
    if hops := settings.proxies:
        # What the proxies nearest to us say of the client is true; what came before them is not.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.extensions |= {
        "settings": settings,
        "engine": engine,
        "registry": registry,
        "limits": limits.make_counter(settings.redis_url),
    }
    request.install(app)
    safety.install(app)
    limits.install(app)
    browsers.install(app)
    faults.install(app)
    pages.install(app)
    app.register_blueprint(health.pages)
    app.after_request(health.observe)
    compression.install(app)
