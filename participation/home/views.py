"""The first page, the installable shell, and the language switch's effect on them."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from participation.home import queries
from participation.home.forms import parse_place
from services import web
from services.auth.gates import public
from services.ids import parse_id
from services.web import hue

pages = Blueprint("home", __name__)
CITY = "#0B6B62"
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
    places = queries.near_places(session, registry, actor)
    cards = queries.cards_of(session, registry, actor, web.at())
    page = render_template(
        "home/index.html",
        cards=cards,
        places=places,
        reports=[] if places else queries.in_the_city(session, registry),
        decision=queries.decision_of(session, registry, actor),
        taken=parse_id(request.args.get("read", "")) if actor.signed_in else None,
    )
    return Response(page, headers={"Cache-Control": queries.kept(cards)})


@pages.get("/near")
@public
@web.limit("home_near", times=120, window_s=600)
def near() -> ResponseReturnValue:
    lat, lon = parse_place(request.args.get("lat", ""), request.args.get("lon", ""))
    found = queries.near_here(web.session(), web.registry(), lat, lon)
    return render_template("home/parts/here.html", reports=found, near_me=True)


@pages.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    response = jsonify(_installed_app(korean=web.actor().lang == "ko"))
    response.mimetype = "application/manifest+json"
    return response


def _installed_app(*, korean: bool) -> dict[str, Any]:
    """Return the web app manifest (W3C) in one language."""
    settings = web.settings()
    city = settings.city_name_ko if korean else settings.city_name_en
    return {
        "id": "/",
        "name": f"마당 {city}" if korean else f"Madang {city}",
        "short_name": "마당" if korean else "Madang",
        "lang": "ko" if korean else "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#FBF9F4",
        "theme_color": CITY
        if settings.city_hue is None
        else hue.schemes(settings.city_hue)[0]["city"],
        "icons": ICONS,
        "shortcuts": [
            _shortcut("신고" if korean else "Report", "/reports/new", "report"),
            _shortcut("지도" if korean else "Map", "/reports/map", "map"),
        ],
    }


def _shortcut(name: str, url: str, icon: str) -> dict[str, Any]:
    source = {"src": f"/static/icons/shortcut-{icon}-96.png", "sizes": "96x96", "type": "image/png"}
    return {"name": name, "url": url, "icons": [source]}


@pages.get("/theme.css")
@public
def theme() -> ResponseReturnValue:
    response = Response(hue.theme_css(web.settings().city_hue), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=86400"
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
