"""Who does what in the demo city: its districts, two bodies, their teams and a table of rules."""

from datetime import datetime

import shapely

from participation.reports.answers.actions import add_answer
from participation.reports.routing.actions import RuleInput, add_area, add_rule, add_team
from participation.reports.routing.rules import Days
from participation.reports.rules import Category, Status
from services.auth import Actor
from services.db import Session
from services.maps import Town

# A little more than the built-up ground, in degrees.
AROUND = 0.01
NIGHT = (18 * 60, 9 * 60)
ANSWERS = (
    ("확인", "알려 주셔서 고마워요. 확인했고 곧 가서 살펴볼게요.", Status.ACKNOWLEDGED, None),
    ("이번 주 공사", "이번 주 안에 고칠 계획이에요.", Status.IN_PROGRESS, None),
    ("전구 교체", "전구를 새로 바꿨어요.", Status.FIXED, Category.STREET_LIGHT),
    ("수리 끝", "다 고쳤어요. 그대로라면 여기서 알려 주세요.", Status.FIXED, None),
)


def seed_routing(session: Session, town: Town, at: datetime) -> None:
    """Give the demo city its clerk's tables; the same for the same town."""
    city = Actor(None)
    works, green = "도로과", "공원녹지과"
    lights = add_team(session, city, works, "가로등반", at=at)
    roads = add_team(session, city, works, "도로보수반", at=at)
    night = add_team(session, city, works, "야간 당직", at=at)
    parks = add_team(session, city, green, "녹지반", at=at)
    clean = add_team(session, city, "자원순환과", "기동반", at=at)
    water = add_team(session, city, "하늘시 수도사업소", "복구반", at=at)
    areas = [add_area(session, city, name, shape, at=at) for name, shape in districts(town)]
    start, end = NIGHT
    table = [
        RuleInput(team_id=water, category=Category.WATER, promise_days=1),
        RuleInput(team_id=night, category=Category.TRAFFIC, days=Days.CLOSED, promise_days=1),
        RuleInput(team_id=night, category=Category.TRAFFIC, from_minute=start, to_minute=end),
        RuleInput(team_id=lights, category=Category.STREET_LIGHT),
        RuleInput(team_id=parks, category=Category.GREEN),
        RuleInput(team_id=clean, category=Category.LITTER),
        RuleInput(team_id=roads, category=Category.ROAD_DAMAGE),
        RuleInput(team_id=roads, category=Category.TRAFFIC),
    ]
    if areas:
        downtown = RuleInput(
            team_id=clean, category=Category.LITTER, area_id=areas[0], promise_days=1
        )
        table.insert(5, downtown)
    for rule in table:
        add_rule(session, city, rule, at=at)
    for label, text, status, category in ANSWERS:
        add_answer(session, city, label, text, (status, category), at=at)


def districts(town: Town) -> list[tuple[str, str]]:
    """Return (name, GeoJSON polygon) of each district: the ground nearest to its middle."""
    middles = [shapely.Point(place) for place, _, _ in town.districts]
    if len(middles) < 2:
        return []
    lons, lats = [a.lon for a in town.addresses], [a.lat for a in town.addresses]
    ground = shapely.box(min(lons), min(lats), max(lons), max(lats)).buffer(AROUND)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(middles), extend_to=ground)
    found = []
    for middle, (_, name, _) in zip(middles, town.districts, strict=True):
        cell = next(c for c in shapely.get_parts(cells) if shapely.covers(c, middle))
        found.append((name, shapely.to_geojson(shapely.intersection(cell, ground))))
    return found
