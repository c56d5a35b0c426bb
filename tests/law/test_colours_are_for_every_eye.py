"""The colours of the token file: text and parts stand out, kinds stay apart for every eye.

Contrast: WCAG 2.2 (1.4.3, 1.4.11). Eyes: Machado, Oliveira, Fernandes 2009, table 1, severity 1.0.
Distance: CIEDE2000 (Sharma, Wu, Dalal 2005), whose first published pair is checked below.
"""

import math
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from participation.reports.rules import Category
from services.web.hue import contrast, rgb_of

ROOT = Path(__file__).resolve().parents[2]
TOKENS = ROOT / "static/src/core/tokens.scheme.css"
SPRITE = ROOT / "static/icons/sprite.svg"
TOKEN = re.compile(r"--([\w-]+): light-dark\((#\w{6}) \| (#\w{6})\);")
TEXT, PART = 4.5, 3.0
# Four times what two colours side by side must differ by to be told apart at all.
APART = 9.0
EYES = {
    "all colours": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
WORDS = ("ink", "quiet", "city", "city-strong", "danger", "caution", "good", "info")
READ = [
    *((word, ground) for word in WORDS for ground in ("ground", "surface", "sunken")),
    *((word, ground) for word in ("warm", "warm-strong") for ground in ("ground", "surface")),
    *((word, f"{word}-wash") for word in ("city", "danger", "caution", "good", "info")),
    *(("ink", f"{word}-wash") for word in ("city", "danger", "caution", "good", "info")),
    *(("on-city", "city"), ("on-city", "city-strong"), ("on-warm", "warm")),
    *(("on-warm", "warm-strong"), ("quiet", "city-wash")),
]
KINDS = [f"cat-{category.value.replace('_', '-')}" for category in Category]
SEEN = [(part, ground) for part in ("edge", *KINDS) for ground in ("ground", "surface")]
WHITE = np.array([0.95047, 1.0, 1.08883])
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
Lab = tuple[float, float, float]


def tokens(css: str) -> list[dict[str, str]]:
    """Return the colours by name, of day and of night."""
    found = TOKEN.findall(css)
    return [{name: day for name, day, _ in found}, {name: night for name, _, night in found}]


def too_close(theme: dict[str, str], pairs: list[tuple[str, str]], least: float) -> list[str]:
    told = ((one, other, contrast(theme[one], theme[other])) for one, other in pairs)
    return [f"{one} on {other}: {ratio:.2f}" for one, other, ratio in told if ratio < least]


def lab(light: Any) -> Lab:
    """Return CIELAB of linear sRGB."""
    share = XYZ @ np.clip(light, 0, 1) / WHITE
    x, y, z = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return float(116 * y - 16), float(500 * (x - y)), float(200 * (y - z))


def distance(one: Lab, other: Lab) -> float:
    """Return CIEDE2000 of two colours."""
    mean = (math.hypot(*one[1:]) + math.hypot(*other[1:])) / 2
    grey = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    (c1, h1), (c2, h2) = (_polar(c[1] * (1 + grey), c[2]) for c in (one, other))
    turn = (h2 - h1 + 180) % 360 - 180
    hue = (h1 + turn / 2) % 360
    light, chroma = (one[0] + other[0]) / 2, (c1 + c2) / 2
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.2, 4, -63))
    t = 1 + sum(w * math.cos(math.radians(n * hue + by)) for w, n, by in waves)
    of_light = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    d_light = (other[0] - one[0]) / of_light
    d_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    d_hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    bend = 60 * math.exp(-(((hue - 275) / 25) ** 2))
    blue = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(math.radians(bend))
    return math.sqrt(d_light**2 + d_chroma**2 + d_hue**2 + blue * d_chroma * d_hue)


def _polar(a: float, b: float) -> tuple[float, float]:
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def confused(theme: dict[str, str], eye: Any) -> list[str]:
    seen = {kind: lab(eye @ np.array(rgb_of(theme[kind]))) for kind in KINDS}
    told = ((a, b, distance(seen[a], seen[b])) for a, b in combinations(KINDS, 2))
    return [f"{a} and {b}: {apart:.1f}" for a, b, apart in told if apart < APART]


THEMES = tokens(TOKENS.read_text())


@pytest.mark.parametrize("theme", THEMES, ids=["day", "night"])
def test_words_can_be_read_and_parts_be_seen(theme: dict[str, str]) -> None:
    assert too_close(theme, READ, TEXT) == []
    assert too_close(theme, SEEN, PART) == []


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", THEMES, ids=["day", "night"])
def test_the_eight_kinds_stay_apart(theme: dict[str, str], eye: str) -> None:
    assert confused(theme, EYES[eye]) == []


def test_each_kind_has_a_glyph_of_its_own_besides() -> None:
    symbols = dict(
        re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', SPRITE.read_text(), re.S)
    )
    glyphs = [symbols[f"cat-{category.value}"] for category in Category]
    assert len(set(glyphs)) == len(Category)


def test_what_is_too_close_is_found() -> None:
    theme = dict(THEMES[0]) | {"cat-litter": THEMES[0]["cat-noise"], "quiet": "#8a8f98"}
    assert "quiet on ground" in " ".join(too_close(theme, READ, TEXT))
    assert confused(theme, EYES["all colours"]) == ["cat-litter and cat-noise: 0.0"]
    # What normal eyes tell apart and others do not: red beside an equally light green.
    theme = dict(THEMES[0]) | {"cat-green": "#7a7a20", "cat-traffic": "#b85c1e"}
    assert confused(theme, EYES["all colours"]) == []
    assert confused(theme, EYES["deuteranopia"]) != []


def test_the_distance_is_the_published_one() -> None:
    assert distance((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert distance((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514)) == pytest.approx(
        0.9082, abs=1e-4
    )
