"""The made-up town: the same for a seed, of any size, with all a map and a search need."""

from pathlib import Path

import pytest

from services.maps import Size, make_town, write_extract
from services.maps.extract import read_extract


def test_a_seed_makes_one_town(tmp_path: Path) -> None:
    assert make_town(seed=7) == make_town(seed=7)
    assert make_town(seed=7) != make_town(seed=8)


@pytest.mark.parametrize(("size", "doors", "districts"), [("small", 700, 4), ("medium", 3500, 9)])
def test_it_has_what_a_town_has(tmp_path: Path, size: Size, doors: int, districts: int) -> None:
    town = make_town(seed=7, size=size)
    write_extract(town, tmp_path / "town.osm.pbf")
    features = read_extract(tmp_path / "town.osm.pbf")
    assert {f.layer for f in features} == {"water", "landuse", "roads", "buildings", "places"}
    assert all(f.shape.is_valid for f in features)
    assert len(town.addresses) > doors
    assert len(town.districts) == districts
    names = {f.names.get("name") for f in features}
    assert {"하늘시청", "하늘바다", "은하천", "솔뫼", "쉼터"} <= names


def test_no_door_stands_in_the_sea(tmp_path: Path) -> None:
    town = make_town(seed=11)
    write_extract(town, tmp_path / "town.osm.pbf")
    features = read_extract(tmp_path / "town.osm.pbf")
    sea = next(f.shape for f in features if f.names.get("name:en") == "Haneul Sea")
    houses = [f.shape for f in features if f.layer == "buildings"]
    assert not any(house.intersects(sea) for house in houses)


@pytest.mark.parametrize("odd", ["huge", "", 3, 121, "-5", "٣٠", "1e3"])
def test_another_size_is_refused(odd: str | int) -> None:
    with pytest.raises(ValueError, match="size is small"):
        make_town(seed=1, size=odd)


@pytest.mark.parametrize("blocks", [4, 5, 9, 23])
def test_it_may_be_of_any_size_and_its_people_grow_with_it(blocks: int) -> None:
    town, wider = make_town(seed=3, size=blocks), make_town(seed=3, size=str(blocks * 2))
    assert 0 < len(town.addresses) < len(wider.addresses)
    assert 0 < town.people < wider.people
    assert 0 < town.events < wider.events
    asked = make_town(seed=3, size=blocks, people=2, events=9)
    assert (asked.people, asked.events) == (2, 9)
    assert asked.addresses == town.addresses
