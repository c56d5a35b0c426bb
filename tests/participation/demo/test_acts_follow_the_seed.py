"""The same seed tells the same story; the rate is kept on average."""

import random

import pytest

from participation.demo.rules import KINDS, TENDING, TEXTS, next_act, picked, picture
from participation.reports.rules import NEXT, Category, Status
from services.pictures.imaging import kind_of


def story(seed: int, count: int = 50) -> list[object]:
    chance = random.Random(seed)
    return [next_act(chance, 60) for _ in range(count)]


def test_the_same_seed_tells_the_same_story() -> None:
    assert story(7) == story(7)
    assert story(7) != story(8)


def test_the_rate_is_kept_on_average() -> None:
    chance = random.Random(1)
    acts = [next_act(chance, 120) for _ in range(4000)]
    assert sum(act.wait_s for act in acts) / 4000 == pytest.approx(0.5, rel=0.1)
    assert {act.kind for act in acts} == set(KINDS)


def test_words_and_ways_are_those_of_reports() -> None:
    assert set(TEXTS) == set(Category)
    for now, (then, _) in TENDING.items():
        assert Status(then) in NEXT[Status(now)]


def test_a_picture_is_a_picture() -> None:
    assert kind_of(picture(0xFF8800)) == "png"
    assert picture(1) != picture(2)


def test_picking_stays_within_the_list() -> None:
    assert picked(["a", "b"], 0.999999) == "b"
    assert picked(["a", "b"], 0.0) == "a"
    assert picked([], 0.5) is None
