"""Places: an index for points, clusters of a view, base map tiles, and a made-up town."""

from services.maps.cells import Box, morton, ranges, tile_of
from services.maps.index import (
    Cluster,
    add_point,
    add_points,
    cluster_table,
    clusters_in,
    points_in,
    remove_point,
)
from services.maps.places import PlaceName, Spot, folded, import_places, named_near, search
from services.maps.serve import home_of, tiles_blueprint
from services.maps.tiles import build_tiles
from services.maps.town import Address, Size, Town, make_town, write_extract

__all__ = [
    "Address",
    "Box",
    "Cluster",
    "PlaceName",
    "Size",
    "Spot",
    "Town",
    "add_point",
    "add_points",
    "build_tiles",
    "cluster_table",
    "clusters_in",
    "folded",
    "home_of",
    "import_places",
    "make_town",
    "morton",
    "named_near",
    "points_in",
    "ranges",
    "remove_point",
    "search",
    "tile_of",
    "tiles_blueprint",
    "write_extract",
]
