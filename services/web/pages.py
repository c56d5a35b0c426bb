"""What templates may use: words, times, assets, the menu, the forgery token."""

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from markupsafe import Markup

from services import i18n, maps
from services.web.marks import person_mark
from services.web.request import actor, at, registry, settings
from services.web.safety import csrf_field, csrf_token

DIST = Path(__file__).resolve().parents[2] / "static" / "dist"


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_context)
    filters = {"ago": _ago, "day": _day, "moment": _moment, "number": _number}
    app.jinja_env.filters.update(filters)
    offered = {"asset": asset, "csrf_field": csrf_field, "csrf_token": csrf_token, "tongue": tongue}
    app.jinja_env.globals.update(offered)


def words(text: str, **values: object) -> str:
    """Return `text` in the language of this request."""
    return i18n.translate(actor().lang, text, **values)


def tongue(text: str | None) -> Markup:
    """Return the attribute that says in which language somebody's words are, where the page's is
    another: a voice that reads Korean by English rules says nothing (WCAG 2.2, 3.1.2)."""
    theirs = i18n.spoken(text or "")
    return Markup(' lang="{}"').format(theirs) if theirs not in (None, actor().lang) else Markup()


def _context() -> dict[str, Any]:
    chosen, who = settings(), actor()
    return {
        "_": words,
        "lang": who.lang,
        "actor": who,
        "person_mark": person_mark,
        "city_name": chosen.city_name_ko if who.lang == "ko" else chosen.city_name_en,
        "city_hue": chosen.city_hue,
        "mode": chosen.mode,
        "menu": registry().menu_for(who, "resident"),
        "console_menu": registry().menu_for(who, "console"),
        "now": at(),
        "map_credit": lambda: maps.credit_of(chosen.tiles_path),
    }


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Return hashed file names by plain ones, as the front-end build wrote them."""
    path = DIST / "assets.json"
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def asset(name: str) -> str:
    """Return the address of a built front-end file; its hash lets browsers keep it for good."""
    return "/static/dist/" + manifest().get(name, name)


def _ago(value: datetime) -> str:
    return i18n.ago(actor().lang, value, at())


def _day(value: datetime) -> str:
    return i18n.day(actor().lang, value, settings().timezone)


def _moment(value: datetime) -> str:
    return i18n.moment(actor().lang, value, settings().timezone)


def _number(value: Any) -> str:
    return i18n.number(actor().lang, value)
