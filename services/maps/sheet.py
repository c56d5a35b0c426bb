"""A map sheet drawn by folium: counts by hexagon and month, as a document of its own.

The document asks no outside host: its script and style are ours, and its Content-Security-Policy
names each inline part by its hash, so that nothing else can run in it.
"""

import base64
import hashlib
import re
from typing import Any

import folium
import msgspec
from folium.template import Template

from services.maps.heat import Heat

STEPS = ("#fde7c3", "#f9bd75", "#ee8a45", "#cd5424", "#8c2a16")
EMPTY = "#8a8f98"
WATER, ROAD = "#d3e4ee", "#b9b2a6"
INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
LINKED_SCRIPT = re.compile(r'<script src="([^"]+)"></script>')
LINKED_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"\s*/?>')
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>', re.DOTALL)

PANEL = """
{% macro html(this, kwargs) %}
<div class="panel">
  <fieldset class="views">
  {% for key, word in this.words.views %}<label><input type="radio" name="view" value="{{ key }}"
    {% if loop.first %}checked{% endif %}> {{ word|e }}</label>{% endfor %}
  </fieldset>
  <div data-view="months">
  <label for="month">{{ this.words.month|e }}</label>
  <input id="month" type="range" min="0" max="{{ this.months|length - 1 }}"
    value="{{ this.months|length - 1 }}">
  <output id="shown" for="month"></output>
  <ol class="legend">
  {% for limit in this.limits %}<li class="step-{{ loop.index0 }}">≤ {{ limit }}</li>{% endfor %}
  </ol>
  </div>
  <div data-view="heat" hidden><ol class="legend">
    {% for word in this.words.heat %}<li class="{{ loop.first and 'heat-low' or 'heat-high' }}">
    {{ word|e }}</li>{% endfor %}
  </ol></div>
  <div data-view="ages" hidden><ol class="legend">
  {% for limit in this.age_limits %}
  <li class="step-{{ loop.index0 }}">≤ {{ limit }}</li>
  {% endfor %}
  </ol></div>
</div>
{% endmacro %}
{% macro script(this, kwargs) %}
MadangSheet.show({
  map: {{ this.map }}, hexagons: {{ this.hexagons }}, months: {{ this.months|tojson }},
  limits: {{ this.limits|tojson }}, steps: {{ this.steps|tojson }}, none: {{ this.none|tojson }},
  attribution: {{ this.attribution|tojson }}, heat: {{ this.heat|tojson }},
  ageLimits: {{ this.age_limits|tojson }}
});
{% endmacro %}
"""


class Hexagon(msgspec.Struct, frozen=True):
    """A hexagon: its closed ring of (lon, lat), its name, and a count for each month.

    `spot` is its number among the hot ones, 0 for none; `days` how long the middle one of its open
    reports waits, None where none is open.
    """

    ring: list[tuple[float, float]]
    name: str
    counts: list[int]
    spot: int = 0
    days: int | None = None


class Words(msgspec.Struct, frozen=True):
    """What a sheet says: its three views, and the ends of the heat's scale."""

    month: str
    by_month: str
    heat: str
    ages: str
    few: str
    many: str


class Sheet(msgspec.Struct, frozen=True):
    """What a sheet shows. `outlines` is GeoJSON with the property `layer` (water or roads)."""

    title: str
    lang: str
    words: Words
    months: list[str]
    hexagons: list[Hexagon]
    outlines: dict[str, Any] | None
    attribution: str
    heat: Heat | None = None


def draw_sheet(sheet: Sheet, script: str, style: str) -> str:
    """Return the sheet as HTML that loads `script` and `style` from their addresses.

    Raises ValueError for a sheet without hexagons.
    """
    if not sheet.hexagons:
        raise ValueError("a sheet needs a hexagon")
    drawn = folium.Map(tiles=None, control_scale=True, zoom_snap=0.25)
    drawn.default_js, drawn.default_css = [("leaflet", script)], [("leaflet_css", style)]
    if sheet.outlines:
        folium.GeoJson(sheet.outlines, style_function=_outline, interactive=False).add_to(drawn)
    hexagons = folium.GeoJson(_geojson(sheet.hexagons), style_function=_plain).add_to(drawn)
    _panel(sheet, drawn.get_name(), hexagons.get_name()).add_to(drawn)
    places = [place for hexagon in sheet.hexagons for place in hexagon.ring]
    lons, lats = zip(*places, strict=True)
    drawn.fit_bounds([[min(lats), min(lons)], [max(lats), max(lons)]])
    head = f'<html lang="{sheet.lang}">\n<head><title>{_escaped(sheet.title)}</title>'
    html = str(drawn.get_root().render())
    html = re.sub(r"<html>\s*<head>", lambda _: head, html, count=1)
    # The library forbids zooming the page; people who need large letters zoom.
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return VIEWPORT.sub(viewport, html, count=1)


def _panel(sheet: Sheet, map_name: str, hexagons_name: str) -> Any:
    panel = folium.MacroElement()
    panel._template = Template(PANEL)
    panel.map, panel.hexagons = map_name, hexagons_name
    words = sheet.words
    views = [("months", words.by_month), ("heat", words.heat), ("ages", words.ages)]
    panel.words = {"month": words.month, "views": views, "heat": (words.few, words.many)}
    panel.months = sheet.months
    panel.age_limits = limits_of([h.days for h in sheet.hexagons if h.days])
    panel.heat = msgspec.structs.asdict(sheet.heat) if sheet.heat else None
    panel.limits = limits_of([n for h in sheet.hexagons for n in h.counts])
    panel.steps, panel.none = STEPS[: len(panel.limits)], EMPTY
    panel.attribution = sheet.attribution
    return panel


def limits_of(counts: list[int]) -> list[int]:
    """Return up to five rising upper limits that share out the counts above zero evenly."""
    some = sorted(n for n in counts if n > 0)
    if not some:
        return []
    picks = [some[(len(some) - 1) * k // len(STEPS)] for k in range(1, len(STEPS) + 1)]
    return sorted(set(picks))


def _geojson(hexagons: list[Hexagon]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {"name": h.name, "counts": h.counts, "spot": h.spot, "days": h.days},
            "geometry": {"type": "Polygon", "coordinates": [h.ring]},
        }
        for h in hexagons
    ]
    return {"type": "FeatureCollection", "features": features}


def _plain(_feature: Any) -> dict[str, Any]:
    return {"color": EMPTY, "weight": 1, "fillOpacity": 0}


def _outline(feature: Any) -> dict[str, Any]:
    if feature["properties"]["layer"] == "water":
        return {"stroke": False, "fillColor": WATER, "fillOpacity": 1}
    return {"color": ROAD, "weight": 1.5}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def policy_of(html: str, *, here: str = "'self'") -> str:
    """Return the Content-Security-Policy of a sheet: its own inline parts and files of `here`."""
    kinds: dict[str, list[str]] = {"script": [], "style": []}
    for kind, body in INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        kinds[kind].append(f"'sha256-{digest}'")
    script, style = (" ".join([here, *sorted(set(kinds[k]))]).strip() for k in kinds)
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def self_contained(html: str, script: str, style: str) -> str:
    """Return the sheet as one file: `script` and `style` are texts and stand within it.

    It carries its own policy and so can ask no host for anything, wherever it is opened.
    """
    body = script.replace("</script", "<\\/script")
    html = LINKED_SCRIPT.sub(lambda _: f"<script>{body}</script>", html)
    html = LINKED_STYLE.sub(lambda _: f"<style>{style}</style>", html)
    policy = policy_of(html, here="")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace("<head>", f"<head>{meta}", 1)
