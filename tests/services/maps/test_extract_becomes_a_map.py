"""`flask city import` takes real streets: tiles are drawn, names are found, makers are named."""

import gzip
from pathlib import Path

import osmium
import pytest
from flask import Flask
from osmium.osm.mutable import Node, Way
from pmtiles.reader import MemorySource, Reader

from services import maps
from services.config import Settings
from services.db import Session
from tests.flows.canaries import Visit

LAT, LON = 35.16, 126.85
CORNERS = ((LON, LAT), (LON + 0.002, LAT), (LON + 0.002, LAT + 0.002), (LON, LAT + 0.002))


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Write two streets, a house and a quarter, as OpenStreetMap would give them."""
    path = tmp_path / "quarter.osm.pbf"
    writer = osmium.SimpleWriter(str(path))
    for number, place in enumerate(CORNERS, 1):
        writer.add_node(Node(id=number, location=place, version=1))
    quarter = {"place": "suburb", "name": "금남동", "name:en": "Geumnam"}
    writer.add_node(Node(id=9, location=(LON + 0.001, LAT + 0.001), version=1, tags=quarter))
    ways: list[tuple[list[int], dict[str, str]]] = [
        ([1, 2, 3], {"highway": "primary", "name": "금남로"}),
        ([3, 4], {"highway": "residential", "name": "서석길"}),
        ([1, 2, 3, 4, 1], {"building": "yes", "addr:street": "금남로", "addr:housenumber": "12"}),
    ]
    for number, (nodes, tags) in enumerate(ways, 1):
        writer.add_way(Way(id=number, nodes=nodes, version=1, tags=tags))
    writer.close()
    return path


def test_real_streets_become_tiles_names_and_a_place_to_open_at(
    app: Flask, settings: Settings, session: Session, extract: Path, visit: Visit
) -> None:
    ran = app.test_cli_runner().invoke(args=["city", "import", "--osm", str(extract)])
    assert ran.exit_code == 0, ran.output
    assert "names of places" in ran.output
    tiles = Reader(MemorySource(settings.tiles_path.read_bytes()))
    x, y = maps.tile_of(LON + 0.001, LAT + 0.001, 15)
    drawn = gzip.decompress(tiles.get(15, x, y))
    for word in (b"roads", b"buildings", b"places", "금남로".encode(), b"Geumnam"):
        assert word in drawn, word
    assert [spot.name for spot in maps.search(session, "금남로 12")][:1] == ["금남로 12"]
    client = visit(None).client
    served = client.get(f"/tiles/15/{x}/{y}.mvt", buffered=True)
    assert served.status_code == 200
    lat, lon, _zoom = (
        client.get("/reports/map").text.split('data-home="')[1].split('"')[0].split(",")
    )
    assert (float(lat), float(lon)) == pytest.approx((LAT + 0.001, LON + 0.001), abs=0.002)


def test_what_is_no_extract_is_refused(app: Flask, tmp_path: Path) -> None:
    odd = tmp_path / "odd.osm.pbf"
    odd.write_bytes(b"no map at all")
    ran = app.test_cli_runner().invoke(args=["city", "import", "--osm", str(odd)])
    assert ran.exit_code == 1
    assert "cannot be read" in ran.output
    missing = app.test_cli_runner().invoke(args=["city", "import", "--osm", str(tmp_path / "no")])
    assert missing.exit_code == 2
