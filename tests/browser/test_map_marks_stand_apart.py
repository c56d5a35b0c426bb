"""What lies at one place is one ring: every mark on the map can be touched with a thumb."""

import math

from tests.browser.conftest import Enter

ROUNDS = """() => [...document.querySelectorAll('.map-ring, .map-pin')].map((mark) => {
  const { x, y, width } = mark.getBoundingClientRect();
  return [x + width / 2, y + width / 2, width / 2];
})"""


def overlapping(rounds: list[list[float]]) -> int:
    return sum(
        math.dist(a[:2], b[:2]) < a[2] + b[2] for i, a in enumerate(rounds) for b in rounds[:i]
    )


def test_no_mark_covers_another_at_any_zoom(enter: Enter) -> None:
    page = enter().page
    for zoom in (13, 14, 16):
        page.goto(f"/reports/map?z={zoom}")
        page.wait_for_selector(".map-ring, .map-pin")
        rounds = page.evaluate(ROUNDS)
        assert len(rounds) > 1
        assert overlapping(rounds) == 0
