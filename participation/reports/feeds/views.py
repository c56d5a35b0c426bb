"""Reports as feeds to take along: Atom (RFC 4287) for readers, GeoJSON (RFC 7946) for maps."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import msgspec
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from participation.reports.feeds.queries import (
    FeedFilters,
    FeedItem,
    FeedPage,
    feed_page,
    known_filters,
)
from participation.reports.rules import LABELS, Category
from services import i18n, web
from services.auth.gates import public
from services.errors import InvalidError
from services.ids import parse_id

pages = Blueprint("reports_feeds", __name__, url_prefix="/reports")
ATOM = "http://www.w3.org/2005/Atom"
GEORSS = "http://www.georss.org/georss"
NAMES = ("category", "status", "ward", "q", "bbox")
# What XML 1.0 cannot hold (section 2.2).
ODD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
FRESH_S = 60
# Words are looked for in every report, in the list and in the feeds: both count together.
SEARCH = web.Limit("search", times=300, window_s=600)
ElementTree.register_namespace("georss", GEORSS)


@pages.get("/feed.atom")
@public
@web.limit("feed", times=600, window_s=600)
def atom() -> ResponseReturnValue:
    filters = _asked()
    page = feed_page(web.session(), filters)
    return _conditional(_atom(page), "application/atom+xml", page)


@pages.get("/feed.geojson")
@public
@web.limit("feed", times=600, window_s=600)
def geojson() -> ResponseReturnValue:
    filters = _asked()
    page = feed_page(web.session(), filters)
    return _conditional(_geojson(page), "application/geo+json", page)


def _asked() -> FeedFilters:
    filters = parse_filters(request.args)
    if filters.words:
        web.use(SEARCH)
    return filters


def parse_filters(args: Mapping[str, str]) -> FeedFilters:
    """Return the filters of an address; raises InvalidError for what cannot be."""
    after = args.get("after", "")
    filters = FeedFilters(
        category=args.get("category", ""),
        status=args.get("status", ""),
        ward=args.get("ward", "").strip()[:200],
        words=args.get("q", "").strip()[:80],
        box=_box(args["bbox"]) if args.get("bbox") else None,
        after=parse_id(after),
    )
    if after and filters.after is None:
        raise InvalidError("feed_unreadable", {"after": "the id of a report"})
    if not known_filters(filters):
        raise InvalidError("feed_unreadable", {"category": "codes of a category and a status"})
    return filters


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidError("feed_unreadable", {"bbox": "west,south,east,north"}) from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidError("feed_unreadable", {"bbox": "west,south,east,north"})
    return west, south, east, north


def _conditional(body: bytes, mimetype: str, page: FeedPage) -> ResponseReturnValue:
    """Return the feed, or 304 to whom has it already."""
    response = Response(body, mimetype=mimetype)
    response.add_etag()
    response.last_modified = page.changed_at
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response.make_conditional(request)


def _address(name: str, **more: str) -> str:
    """Return a full address with the filters of this request."""
    kept = {key: request.args[key] for key in NAMES if request.args.get(key)} | more
    query = "?" + urlencode(kept) if kept else ""
    return f"{web.settings().base_url}/reports/{name}{query}"


def _here() -> str:
    after = request.args.get("after", "")
    name = request.path.rsplit("/", 1)[-1]
    return _address(name, after=after) if after else _address(name)


def _links(page: FeedPage) -> dict[str, str]:
    """Return the addresses around a page (RFC 5005, section 3): first, itself, next."""
    name = request.path.rsplit("/", 1)[-1]
    links = {"self": _here(), "first": _address(name)}
    if page.following is not None:
        links["next"] = _address(name, after=str(page.following))
    return links


def _atom(page: FeedPage) -> bytes:
    """Return an Atom document; the city is its author, for no reporter is named."""
    settings, root = web.settings(), ElementTree.Element("feed", {"xmlns": ATOM})
    _text(root, "id", _here())
    _text(root, "title", f"Madang {settings.city_name_ko}")
    _text(root, "updated", (page.changed_at or NEVER).isoformat())
    author = ElementTree.SubElement(root, "author")
    _text(author, "name", settings.city_name_ko)
    for rel, href in _links(page).items():
        ElementTree.SubElement(root, "link", {"rel": rel, "href": href})
    about = {"rel": "alternate", "type": "text/html", "href": settings.base_url + "/reports/"}
    ElementTree.SubElement(root, "link", about)
    for item in page.items:
        _entry(root, item, settings.base_url)
    return bytes(ElementTree.tostring(root, "utf-8", xml_declaration=True))


def _entry(root: ElementTree.Element, item: FeedItem, base: str) -> None:
    entry = ElementTree.SubElement(root, "entry")
    _text(entry, "id", f"urn:uuid:{item.id}")
    _text(entry, "title", item.title)
    _text(entry, "published", item.opened_at.isoformat())
    _text(entry, "updated", item.changed_at.isoformat())
    href = f"{base}/reports/{item.id}"
    ElementTree.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": href})
    for photo in _photos(item, base):
        picture = {"rel": "enclosure", "type": "image/webp", "href": photo}
        ElementTree.SubElement(entry, "link", picture)
    for scheme, term, label in (
        ("category", item.category, _label(item.category)),
        ("status", item.status, item.status),
    ):
        given = {"scheme": f"{base}/reports/#{scheme}", "term": term, "label": label}
        ElementTree.SubElement(entry, "category", given)
    _text(entry, "summary", "\n".join(part for part in (item.text, item.place) if part))
    _text(entry, f"{{{GEORSS}}}point", f"{item.lat} {item.lon}")


def _photos(item: FeedItem, base: str) -> list[str]:
    """Return the addresses of a report's photos."""
    return [f"{base}/media/{name}/large.webp" for name in item.photos]


def _label(category: str) -> str:
    """Return the kind in the city's language: a feed is the same for every reader."""
    return i18n.translate(web.settings().language, LABELS[Category(category)])


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = ODD.sub("\ufffd", text)


def _geojson(page: FeedPage) -> bytes:
    """Return a FeatureCollection (WGS84, longitude first); `links` is a foreign member (6.1)."""
    found: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [_feature(item) for item in page.items],
        "links": [{"rel": rel, "href": href} for rel, href in _links(page).items()],
    }
    if page.items:
        lons, lats = [i.lon for i in page.items], [i.lat for i in page.items]
        found["bbox"] = [min(lons), min(lats), max(lons), max(lats)]
    return msgspec.json.encode(found)


def _feature(item: FeedItem) -> dict[str, Any]:
    base = web.settings().base_url
    photos = _photos(item, base)
    return {
        "type": "Feature",
        "id": str(item.id),
        "geometry": {"type": "Point", "coordinates": [item.lon, item.lat]},
        "properties": {
            "title": item.title,
            "text": item.text,
            "category": item.category,
            "status": item.status,
            "place": item.place,
            "opened_at": item.opened_at.isoformat(),
            "changed_at": item.changed_at.isoformat(),
            "url": f"{base}/reports/{item.id}",
            "photo": photos[0] if photos else None,
            "photos": photos,
        },
    }
