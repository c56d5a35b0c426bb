"""What people of the demo city do next, by chance and a seed: no network, no clock."""

import random
import struct
import zlib
from collections.abc import Sequence
from typing import Literal

import msgspec

RESIDENTS = ("minji", "jun", "okja")
STAFF = ("soyeon", "taeho")
Kind = Literal["report", "follow", "tend"]
KINDS: tuple[Kind, ...] = ("report", "follow", "tend")
WEIGHTS = (30, 20, 50)
SHORTEST_S, LONGEST_S = 0.05, 4.0
TEXTS: dict[str, tuple[str, ...]] = {
    "street_light": ("가로등이 깜빡거려요.", "골목 가로등이 꺼졌어요.", "가로등 덮개가 깨졌어요."),
    "road_damage": ("보도블록이 튀어나왔어요.", "도로가 움푹 파였어요."),
    "litter": ("쓰레기봉투가 길에 쌓여 있어요.", "누가 소파를 버리고 갔어요."),
    "water": ("배수구가 막혀 물이 고였어요.", "수도관에서 물이 새요."),
    "green": ("나뭇가지가 길로 늘어졌어요.", "화단이 말라 가요."),
    "traffic": ("신호등 버튼이 눌리지 않아요.", "표지판이 기울었어요."),
    "noise": ("밤늦게까지 공사 소리가 나요.",),
    "other": ("놀이터 바닥이 벗겨졌어요.", "의자 등받이가 부러졌어요."),
}
# From each state to the next, with what staff say on the way.
TENDING: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": ("acknowledged", ("알려 주셔서 고마워요. 살펴볼게요.", "담당자에게 전했어요.")),
    "acknowledged": ("in_progress", ("내일 오전에 나가요.", "부품을 주문했어요.")),
    "in_progress": ("fixed", ("고쳤어요. 다시 그러면 알려 주세요.", "어제 마무리했어요.")),
}


class Act(msgspec.Struct, frozen=True):
    """One thing someone does. `pick`, `east`, `north` are shares from 0 to 1; `wait_s` seconds."""

    kind: Kind
    who: str
    category: str
    text: str
    pick: float
    east: float
    north: float
    photo: bool
    wait_s: float
    shade: int


def next_act(chance: random.Random, per_minute: float) -> Act:
    """Draw the next act; the same seed draws the same acts. `per_minute` is the mean rate."""
    kind = chance.choices(KINDS, WEIGHTS)[0]
    category = chance.choice(sorted(TEXTS))
    wait = chance.expovariate(per_minute / 60)
    return Act(
        kind=kind,
        who=chance.choice(STAFF if kind == "tend" else RESIDENTS),
        category=category,
        text=chance.choice(TEXTS[category]),
        pick=chance.random(),
        east=chance.random(),
        north=chance.random(),
        photo=chance.random() < 0.6,
        wait_s=min(max(wait, SHORTEST_S), LONGEST_S * 60 / per_minute),
        shade=chance.randrange(1 << 24),
    )


def picked(things: Sequence[str], share: float) -> str | None:
    """Return the thing at a share of a list, None of an empty one."""
    return things[min(int(share * len(things)), len(things) - 1)] if things else None


def picture(shade: int, side: int = 96) -> bytes:
    """Return a small PNG: ground below, sky above, and a round thing of the colour `shade`."""
    colour = bytes((shade >> 16 & 255, shade >> 8 & 255, shade & 255))
    middle, reach = side // 2, side // 4
    rows = bytearray()
    for y in range(side):
        rows.append(0)
        for x in range(side):
            inside = (x - middle) ** 2 + (y - middle) ** 2 <= reach**2
            rows += colour if inside else b"\xbf\xd9\xee" if y < middle else b"\x8f\x8a\x80"
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
