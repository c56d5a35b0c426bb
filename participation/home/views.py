"""The first page, the installable shell, and the language switch's effect on them."""

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from services import web
from services.auth.gates import public

pages = Blueprint("home", __name__)
ICONS = [
    {"src": "/static/icons/app-192.png", "sizes": "192x192", "type": "image/png"},
    {"src": "/static/icons/app-512.png", "sizes": "512x512", "type": "image/png"},
    {
        "src": "/static/icons/app-maskable-512.png",
        "sizes": "512x512",
        "type": "image/png",
        "purpose": "maskable",
    },
]


@pages.get("/")
@public
def index() -> ResponseReturnValue:
    registry, session, actor = web.registry(), web.session(), web.actor()
    cards = [c for source in registry.home_cards for c in source(session, actor, web.at())]
    reports = [r for source in registry.home_lists for r in source(session, actor)]
    return render_template("home/index.html", cards=cards, reports=reports[:6], decision=None)


@pages.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    settings = web.settings()
    korean = web.actor().lang == "ko"
    response = jsonify(
        {
            "id": "/",
            "name": f"마당 — {settings.city_name_ko}"
            if korean
            else f"Madang {settings.city_name_en}",
            "short_name": "마당" if korean else "Madang",
            "lang": web.actor().lang,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#FBF9F4",
            "theme_color": "#0B6B62",
            "icons": ICONS,
            "shortcuts": [
                {"name": "알리기" if korean else "Report", "url": "/reports/new"},
                {"name": "지도" if korean else "Map", "url": "/reports/map"},
            ],
        }
    )
    response.mimetype = "application/manifest+json"
    return response


@pages.get("/sw.js")
@public
def service_worker() -> ResponseReturnValue:
    response: Response = current_app.send_static_file("dist/sw.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.get("/offline")
@public
def offline() -> ResponseReturnValue:
    return render_template("offline.html")
