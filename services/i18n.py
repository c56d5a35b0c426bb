"""Words in the reader's language: the id is the English text, Korean comes from po files."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

LANGUAGES = ("ko", "en")
# CLDR's short Korean day periods are AM and PM; people here write the long ones.
DAYS = {"ko": "long", "en": "d MMMM y"}
MOMENTS = {"ko": "y년 M월 d일 aaaa h:mm", "en": "d MMM y, HH:mm"}
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
LATIN = re.compile(r"[A-Za-z]{2,}")
HERE = Path(__file__).resolve().parents[1] / "translations"


@lru_cache(maxsize=1)
def catalog() -> Mapping[str, str]:
    """Return every Korean text by its English one, from all `translations/*.ko.po`."""
    found: dict[str, str] = {}
    for path in sorted(HERE.glob("*.ko.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="ko"):
                if isinstance(message.id, str) and message.id and message.string:
                    found[message.id] = str(message.string)
    return found


def translate(lang: str, text: str, /, **values: object) -> str:
    """Return `text` in `lang`, its `%(name)s` places filled from `values`."""
    said = catalog().get(text, text) if lang == "ko" else text
    return said % values if values else said


def spoken(text: str) -> str | None:
    """Return the language somebody's own words are in, None where that cannot be told.

    Hangul is Korean alone. Two words of plain Latin letters, and none of any other, count as
    English: what else is written here is written in the languages we speak.
    """
    if HANGUL.search(text):
        return "ko"
    return "en" if text.isascii() and len(LATIN.findall(text)) > 1 else None


def chosen(accept: str, cookie: str | None, default: str) -> str:
    """Return the language to speak: the person's choice, else the browser's, else the city's."""
    if cookie in LANGUAGES:
        return str(cookie)
    known = [wish for part in accept.lower().split(",") if (wish := _wish(part))[1] in LANGUAGES]
    weight, code = max(known, key=lambda wish: wish[0], default=(0.0, default))
    return code if weight > 0 else default


def _wish(part: str) -> tuple[float, str]:
    """Return the weight and the language of a part of Accept-Language (RFC 9110, 12.5.4)."""
    code, _, weight = part.partition(";")
    try:
        wanted = float(weight.partition("=")[2] or 1)
    except ValueError:
        wanted = 0.0
    return wanted, code.strip().split("-")[0]


def day(lang: str, at: datetime, zone: str) -> str:
    """Return the calendar day of `at` in the city's zone, as people write it."""
    return str(dates.format_date(at.astimezone(ZoneInfo(zone)), DAYS[lang], locale=lang))


def moment(lang: str, at: datetime, zone: str) -> str:
    """Return day and time of `at` in the city's zone."""
    local = at.astimezone(ZoneInfo(zone))
    return str(dates.format_datetime(local, MOMENTS[lang], locale=lang))


def ago(lang: str, at: datetime, now: datetime) -> str:
    """Return how long before `now` `at` was, such as "2 minutes ago"."""
    return str(dates.format_timedelta(at - now, add_direction=True, locale=lang))


def number(lang: str, value: Any) -> str:
    """Return a number with the language's grouping."""
    return str(numbers.format_decimal(value, locale=lang))


def country(lang: str, code: str) -> str:
    """Return the name of a country by its ISO 3166 code; the code where it has no name."""
    return str(Locale.parse(lang).territories.get(code, code))


def week(lang: str) -> list[str]:
    """Return the days of the week from Monday on."""
    named = dates.get_day_names("wide", "stand-alone", lang)
    return [str(named[day]) for day in range(7)]
