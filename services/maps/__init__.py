"""Places: an index for points, clusters of a view, base map tiles, and a made-up town."""

from services.maps.cells import Box, morton, ranges, tile_of
from services.maps.clusters import (
    Cluster,
    add_points,
    cluster_table,
    clusters_in,
    count_all,
    counts_in,
    move_point,
)
from services.maps.heat import Heat, heat_of
from services.maps.hexagons import Cell, HexGrid, grid_over
from services.maps.hotspots import hot_spots
from services.maps.index import newest_in, plain_points_in, points_in, within
from services.maps.outlines import bounds_of, outlines_of
from services.maps.places import PlaceName, Spot, folded, import_places, named_near, search
from services.maps.serve import credit_of, home_of, tiles_blueprint
from services.maps.sheet import Hexagon, Sheet, Words, draw_sheet, policy_of, self_contained
from services.maps.tiles import build_tiles
from services.maps.town import Address, Size, Town, blocks_of, make_town, write_extract
from services.maps.typed import Meant, Point, is_newer, meant, named_just, placed, the_one

__all__ = [
    "Address",
    "Box",
    "Cell",
    "Cluster",
    "Heat",
    "HexGrid",
    "Hexagon",
    "Meant",
    "PlaceName",
    "Point",
    "Sheet",
    "Size",
    "Spot",
    "Town",
    "Words",
    "add_points",
    "blocks_of",
    "bounds_of",
    "build_tiles",
    "cluster_table",
    "clusters_in",
    "count_all",
    "counts_in",
    "credit_of",
    "draw_sheet",
    "folded",
    "grid_over",
    "heat_of",
    "home_of",
    "hot_spots",
    "import_places",
    "is_newer",
    "make_town",
    "meant",
    "morton",
    "move_point",
    "named_just",
    "named_near",
    "newest_in",
    "outlines_of",
    "placed",
    "plain_points_in",
    "points_in",
    "policy_of",
    "ranges",
    "search",
    "self_contained",
    "the_one",
    "tile_of",
    "tiles_blueprint",
    "within",
    "write_extract",
]
