"""Places: an index for points, clusters of a view, base map tiles, and a made-up town."""

from services.maps.cells import Box, morton, ranges, tile_of
from services.maps.index import (
    Cluster,
    add_point,
    cluster_table,
    clusters_in,
    points_in,
    remove_point,
)
from services.maps.serve import home_of, tiles_blueprint
from services.maps.tiles import build_tiles
from services.maps.town import Address, Size, Town, make_town, write_extract

__all__ = [
    "Address",
    "Box",
    "Cluster",
    "Size",
    "Town",
    "add_point",
    "build_tiles",
    "cluster_table",
    "clusters_in",
    "home_of",
    "make_town",
    "morton",
    "points_in",
    "ranges",
    "remove_point",
    "tile_of",
    "tiles_blueprint",
    "write_extract",
]
