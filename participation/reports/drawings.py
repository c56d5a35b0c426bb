"""Drawn pictures for the demo city's past: the same for the same kind and number, and no one's."""

import random

import pyvips

from participation.reports.rules import Category

WIDE, HIGH = 960, 720
VARIANTS = 3
# (sky above, sky below, ground, road, houses, ink), by the time of the day.
LIGHTS = (
    ("#a9cfe8", "#eef5f2", "#cfc7b6", "#8d8b89", "#b9c3c6", "#3a3f47"),
    ("#f2c79b", "#fbe9d2", "#c9b8a0", "#857c78", "#c4a690", "#43342f"),
    ("#27324d", "#5d6a8c", "#4a4f58", "#363a42", "#323c55", "#14171c"),
)


def drawn(category: Category, variant: int) -> bytes | None:
    """Return a drawing as JPEG, 960 by 720; None for what cannot be seen, as noise."""
    subject = SUBJECTS.get(category)
    if subject is None:
        return None
    chance = random.Random(f"{category} {variant}")  # noqa: S311  a play, not a secret
    light = LIGHTS[variant % len(LIGHTS)]
    scene = _behind(chance, light) + subject(chance, light)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" '
        f'width="{WIDE}" height="{HIGH}">{scene}</svg>'
    )
    image = pyvips.Image.svgload_buffer(svg.encode())
    data: bytes = image.flatten().jpegsave_buffer(Q=88)
    return data


def _rect(x: float, y: float, w: float, h: float, fill: str, rx: float = 0) -> str:
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" rx="{rx}" fill="{fill}"/>'
    )


def _blob(x: float, y: float, rx: float, ry: float, fill: str, more: str = "") -> str:
    return f'<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="{rx:.0f}" ry="{ry:.0f}" fill="{fill}" {more}/>'


def _path(d: str, fill: str, more: str = "") -> str:
    return f'<path d="{d}" fill="{fill}" {more}/>'


def _line(d: str, ink: str, width: float) -> str:
    return _path(d, "none", f'stroke="{ink}" stroke-width="{width}" stroke-linecap="round"')


def _behind(chance: random.Random, light: tuple[str, ...]) -> str:
    """Return sky, a row of houses, the pavement and the road of one time of the day."""
    above, below, ground, road, house, ink = light
    parts = [
        f'<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="{above}"/>'
        f'<stop offset="1" stop-color="{below}"/></linearGradient></defs>',
        _rect(0, 0, WIDE, HIGH, "url(#s)"),
    ]
    x = -30.0
    while x < WIDE:
        wide, high = chance.uniform(110, 190), chance.uniform(130, 300)
        parts.append(_rect(x, 430 - high, wide, high, house, 4))
        parts += _windows(chance, (x, 430 - high, wide, high), light)
        x += wide + chance.uniform(4, 30)
    parts += [
        _rect(0, 428, WIDE, 120, ground),
        _path(f"M0 548H{WIDE}V{HIGH}H0Z", road),
        _rect(0, 542, WIDE, 14, below),
        *(_rect(n * 190 + 30, 640, 96, 9, below, 4) for n in range(6)),
        *(_line(f"M{n * 80} 430L{n * 80 - 50} 542", ink + "22", 2) for n in range(14)),
    ]
    return "".join(parts)


def _windows(
    chance: random.Random, at: tuple[float, float, float, float], light: tuple[str, ...]
) -> list[str]:
    x, y, wide, high = at
    night = light is LIGHTS[2]
    shades = ("#ffd98a", light[5] + "55") if night else ("#ffffff88", light[5] + "33")
    return [
        _rect(x + 16 + col * 36, y + 18 + row * 46, 20, 26, chance.choice(shades), 2)
        for row in range(int((high - 30) // 46))
        for col in range(int((wide - 20) // 36))
    ]


def _lamp(chance: random.Random, light: tuple[str, ...]) -> str:
    x = chance.uniform(360, 600)
    ink = light[5]
    post = _line(f"M{x} 545V150Q{x} 96 {x + 60} 96H{x + 120}", ink, 13)
    head = _path(f"M{x + 96} 90h96l-18 34h-60z", ink)
    glass = _path(f"M{x + 116} 126h56l-8 12h-40z", "#6b6f76")
    crack = _line(f"M{x + 128} 128l10 8 8-8 12 10", "#d9d4c8", 3)
    shadow = _blob(x, 548, 46, 9, "#00000033")
    return shadow + post + head + glass + crack + _rect(x - 14, 440, 28, 105, ink, 6)


def _hole(chance: random.Random, light: tuple[str, ...]) -> str:
    x, y = chance.uniform(330, 600), 632
    edge = " ".join(
        f"{x + dx * chance.uniform(0.9, 1.12):.0f},{y + dy * chance.uniform(0.85, 1.15):.0f}"
        for dx, dy in (
            (-190, 6),
            (-120, -40),
            (-10, -54),
            (110, -44),
            (196, 2),
            (120, 44),
            (-20, 58),
        )
    )
    rim = f'<polygon points="{edge}" fill="#d0cbc2" stroke="#5b5a58" stroke-width="5"/>'
    deep = _blob(x, y + 6, 140, 34, "#2e2b29") + _blob(x + 14, y + 14, 96, 19, "#1c1a19")
    cracks = "".join(
        _line(f"M{x + dx} {y + dy}l{dx * 0.3:.0f} {dy * 0.9:.0f}l{dx * 0.2:.0f} -8", "#3b3937", 4)
        for dx, dy in ((-180, 8), (170, -12), (90, 40), (-90, -40))
    )
    cone = _path(f"M{x + 250} 540l34 0 26 84h-86z", "#e8632b") + _rect(
        x + 214, 620, 106, 14, "#c9501f", 4
    )
    return rim + deep + cracks + cone + _path(f"M{x + 243} 574h48l6 20h-60z", "#fff4e6")


def _bags(chance: random.Random, _light: tuple[str, ...]) -> str:
    x = chance.uniform(260, 420)
    shades = ["#2f3a3d", "#3d5a52", "#e9e4d6", "#56616b", "#c7b26a"]
    parts = [_blob(x + 190, 556, 270, 18, "#00000033")]
    spots = ((0, 490), (128, 482), (256, 494), (64, 420), (190, 416), (356, 508))
    for number, (dx, y) in enumerate(spots):
        shade = shades[(number + chance.randrange(3)) % len(shades)]
        wide = chance.uniform(70, 88)
        parts.append(_blob(x + dx, y, wide, 64, shade))
        parts.append(_path(f"M{x + dx - 16} {y - 58}q16 -34 32 0z", shade))
        parts.append(_line(f"M{x + dx - 30} {y - 18}q20 30 8 54", "#ffffff40", 5))
    box = _rect(x + 400, 470, 130, 84, "#b98a55", 3) + _rect(x + 456, 470, 16, 84, "#d7b27c")
    return "".join(parts) + box


def _puddle(chance: random.Random, light: tuple[str, ...]) -> str:
    x = chance.uniform(380, 560)
    water = _blob(x, 628, 330, 62, "#6fa3bd") + _blob(x - 30, 620, 250, 38, "#8fbdd2")
    rings = "".join(
        _blob(x + dx, y, r, r / 4, "none", 'stroke="#dff0f5" stroke-width="4"')
        for dx, y, r in ((-90, 618, 52), (120, 636, 70), (10, 604, 34))
    )
    bars = "".join(_rect(x - 58 + n * 26, 560, 14, 42, "#23272b", 4) for n in range(5))
    grate = _rect(x - 76, 552, 152, 58, "#575b5e", 6) + bars
    leaf = _path(f"M{x + 190} 610q40 -30 70 4q-40 26 -70 -4z", "#a8763b")
    return water + rings + grate + leaf


def _branch(chance: random.Random, light: tuple[str, ...]) -> str:
    x = chance.uniform(180, 300)
    bark, leaf = "#6b4a32", "#4f8a4e" if light is not LIGHTS[2] else "#2f5a45"
    tree = _path(f"M{x - 26} 545q12 -160 0 -300h60q-8 150 8 300z", bark)
    crown = "".join(
        _blob(x + dx, y, r, r * 0.86, leaf, f'opacity="{o}"')
        for dx, y, r, o in (
            (0, 190, 130, 1),
            (-92, 240, 92, 0.95),
            (96, 232, 100, 0.95),
            (10, 120, 92, 1),
        )
    )
    fallen = _line(f"M{x + 130} 560Q{x + 320} 500 {x + 560} 590", bark, 24)
    twigs = _line(f"M{x + 330} 532l70 -70M{x + 430} 546l90 -40", bark, 11)
    leaves = "".join(
        _blob(x + dx, y, 58, 40, leaf)
        for dx, y in ((410, 452), (528, 500), (570, 586), (470, 560), (350, 560))
    )
    return tree + crown + fallen + twigs + leaves


def _signal(chance: random.Random, light: tuple[str, ...]) -> str:
    x, tilt = chance.uniform(400, 560), chance.choice((-14, 11, 17))
    ink = light[5]
    post = _line(f"M{x} 548V210", ink, 15)
    body = _rect(x - 54, 70, 108, 260, "#23272b", 22)
    lights = "".join(
        _blob(x, y, 32, 32, shade)
        for y, shade in ((124, "#5c2a28"), (200, "#5f5330"), (276, "#2c4a38"))
    )
    turned = f'<g transform="rotate({tilt} {x:.0f} 330)">{body}{lights}</g>'
    zebra = "".join(_path(f"M{x - 250 + n * 110} 556h62l-26 150h-70z", "#f2efe8") for n in range(5))
    return zebra + _blob(x, 548, 40, 9, "#00000033") + post + turned


def _swing(chance: random.Random, light: tuple[str, ...]) -> str:
    x = chance.uniform(260, 360)
    frame = _line(
        f"M{x} 548L{x + 70} 180H{x + 350}L{x + 420} 548M{x + 70} 180L{x - 20} 548", "#c24d3a", 15
    )
    good = _line(f"M{x + 130} 184V430M{x + 190} 184V430", light[5], 5) + _rect(
        x + 118, 428, 84, 16, "#3d6f8f", 6
    )
    torn = _line(f"M{x + 250} 184V420M{x + 310} 184q-10 60 6 96", light[5], 5)
    board = _rect(x + 240, 418, 84, 16, "#3d6f8f", 6)
    seat = f'<g transform="rotate(38 {x + 250:.0f} 424)">{board}</g>'
    return _blob(x + 210, 552, 260, 12, "#00000022") + frame + good + torn + seat


SUBJECTS = {
    Category.STREET_LIGHT: _lamp,
    Category.ROAD_DAMAGE: _hole,
    Category.LITTER: _bags,
    Category.WATER: _puddle,
    Category.GREEN: _branch,
    Category.TRAFFIC: _signal,
    Category.OTHER: _swing,
}
