"""A hot spot is where more gathers than chance would put there, neighbours counted in."""

import random

from services.maps.hotspots import hot_spots

CELLS = [(q, r) for q in range(12) for r in range(12)]


def test_an_even_city_has_none() -> None:
    assert hot_spots(dict.fromkeys(CELLS, 5)) == set()


def test_a_crowd_and_its_edge_are_found() -> None:
    chance = random.Random(4)
    counts = {cell: chance.randint(1, 4) for cell in CELLS}
    crowd = {(5, 5), (6, 5), (5, 6)}
    for cell in crowd:
        counts[cell] = 60
    found = hot_spots(counts)
    assert crowd <= found
    assert all(abs(q - 5) <= 2 and abs(r - 5) <= 2 for q, r in found)


def test_few_cells_say_nothing() -> None:
    assert hot_spots({(0, 0): 90, (1, 0): 1, (9, 9): 1}) == set()
