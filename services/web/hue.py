"""A city's colours from one hue, by day and by night, each pair readable (WCAG 2.2, 1.4.3).

Hue, lightness and chroma are those of OKLCH (CSS Color 4, 9.4; B. Ottosson, 2020).
"""

import math
from functools import lru_cache

import msgspec

READABLE = 4.5
STEP = 0.005
Rgb = tuple[float, float, float]
Theme = dict[str, str]


class Light(msgspec.Struct, frozen=True):
    """What a scheme stands on, and where the search for its colours begins; `step` its way."""

    grounds: tuple[str, ...]
    ink: str
    city: float
    chroma: float
    strong: float
    wash: tuple[float, float]
    on_city: tuple[float, float]
    step: float


DAY = Light(
    ("#fbf9f4", "#ffffff", "#f3f0e8"), "#1e2126", 0.49, 0.09, -0.09, (0.945, 0.018), (1, 0), -STEP
)
NIGHT = Light(
    ("#14171c", "#1c2027", "#242932"), "#ece9e2", 0.76, 0.1, 0.08, (0.29, 0.035), (0.2, 0.03), STEP
)


def linear(share: float) -> float:
    """Return a part of a colour, 0 to 1, as light (IEC 61966-2-1)."""
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def rgb_of(colour: str) -> Rgb:
    """Return "#rrggbb" as linear light, each from 0 to 1."""
    red, green, blue = (linear(int(colour[n : n + 2], 16) / 255) for n in (1, 3, 5))
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours "#rrggbb", 1 to 21 (WCAG 2.2)."""
    weights = (0.2126, 0.7152, 0.0722)
    dark, light = sorted(
        sum(w * part for w, part in zip(weights, rgb_of(c), strict=True)) for c in (one, other)
    )
    return (light + 0.05) / (dark + 0.05)


def colour_of(lightness: float, chroma: float, hue: float) -> str:
    """Return "#rrggbb" of a colour; chroma shrinks until screens can show it."""
    while True:
        parts = _light_of(lightness, chroma, hue)
        if chroma <= 0 or all(-1e-4 <= part <= 1.0001 for part in parts):
            break
        chroma = max(0.0, chroma - 0.004)
    return "#" + "".join(f"{round(_written(min(max(p, 0), 1)) * 255):02x}" for p in parts)


def _light_of(lightness: float, chroma: float, hue: float) -> Rgb:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _written(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _scheme(hue: float, light: Light) -> Theme:
    """Return the city's colours of one scheme: the first that can be read on all it stands on."""
    wash, on_city = colour_of(*light.wash, hue), colour_of(*light.on_city, hue)
    lightness = light.city
    while True:
        city = colour_of(lightness, light.chroma, hue)
        if all(contrast(city, one) >= READABLE for one in (*light.grounds, wash, on_city)):
            break
        lightness += light.step
    strong = colour_of(lightness + light.strong, light.chroma, hue)
    return {"city": city, "city-strong": strong, "city-wash": wash, "on-city": on_city}


@lru_cache(maxsize=4)
def schemes(hue: int) -> tuple[Theme, Theme]:
    """Return the colours of a hue, 0 to 359 degrees, by day and by night."""
    return _scheme(hue, DAY), _scheme(hue, NIGHT)


def theme_css(hue: int | None) -> str:
    """Return a style sheet that gives the city its hue; nothing for the hue it is built with.

    Paper is white whatever was chosen: the night is for screens.
    """
    if hue is None:
        return ""
    day, night = (_declared(theme) for theme in schemes(hue))
    reader = f":root:not([data-color-scheme=light]){{{night}}}"
    return (
        f":root,[data-color-scheme=light]{{{day}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{{reader}}}\n"
        f"@media screen{{[data-color-scheme=dark]{{{night}}}}}\n"
    )


def _declared(theme: Theme) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in theme.items())
