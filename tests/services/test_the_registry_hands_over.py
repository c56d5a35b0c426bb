"""What one domain offers another asks for by name; a name nobody offers is told at the start."""

import pytest

from services.registry import Registry


def test_an_offer_is_found_by_its_name_and_a_missing_one_is_named() -> None:
    registry = Registry()
    registry.offers["walls.colour_of"] = lambda wall: f"{wall} is red"
    assert registry.offered("walls.colour_of")("north") == "north is red"
    with pytest.raises(LookupError, match=r"walls\.age_of"):
        registry.offered("walls.age_of")
