"""The life of a report, its kinds and its promise, as tables: no database, no Flask, no clock."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum


class Status(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    FIXED = "fixed"
    REJECTED = "rejected"
    CLOSED = "closed"
    DISPUTED = "disputed"
    HELD = "held"


class Category(StrEnum):
    STREET_LIGHT = "street_light"
    ROAD_DAMAGE = "road_damage"
    LITTER = "litter"
    WATER = "water"
    GREEN = "green"
    TRAFFIC = "traffic"
    NOISE = "noise"
    OTHER = "other"


# A report shows what is wrong; an album would say no more, and every photo is looked over.
MOST_PHOTOS = 3
# These may tell of somebody's home: others see them in the middle of a field of the map of about
# a hundred metres, with the name of the ward for a place; who works on them sees the spot.
ROUGH = frozenset({Category.NOISE})
FIELDS_A_DEGREE = 1000


def seen_at(category: Category, lat: float, lon: float) -> tuple[float, float]:
    """Return where others see a report of a kind that was told at a place, in degrees (WGS84)."""
    if category not in ROUGH:
        return lat, lon
    return _middle(lat), _middle(lon)


def _middle(degrees: float) -> float:
    return (math.floor(degrees * FIELDS_A_DEGREE) + 0.5) / FIELDS_A_DEGREE


S = Status
# Whatever is public can be turned down: its words may come to light as what must not be read.
NEXT: dict[Status, frozenset[Status]] = {
    S.OPEN: frozenset({S.ACKNOWLEDGED, S.IN_PROGRESS, S.FIXED, S.REJECTED, S.CLOSED}),
    S.ACKNOWLEDGED: frozenset({S.IN_PROGRESS, S.FIXED, S.REJECTED, S.CLOSED}),
    S.IN_PROGRESS: frozenset({S.ACKNOWLEDGED, S.FIXED, S.REJECTED, S.CLOSED}),
    S.FIXED: frozenset({S.OPEN, S.REJECTED, S.CLOSED, S.DISPUTED}),
    S.REJECTED: frozenset({S.OPEN}),
    S.CLOSED: frozenset({S.OPEN, S.REJECTED, S.DISPUTED}),
    S.DISPUTED: frozenset({S.ACKNOWLEDGED, S.IN_PROGRESS, S.FIXED, S.REJECTED, S.CLOSED}),
    S.HELD: frozenset({S.OPEN, S.REJECTED}),
}
# How a life can begin: in public, or waiting for a first look.
BORN = frozenset({S.OPEN, S.HELD})
ENDED = frozenset({S.FIXED, S.REJECTED, S.CLOSED})
# What those who follow a report are asked about: is it really so?
JUDGED = frozenset({S.FIXED, S.CLOSED})
CONFIRMED, DISPUTED = "confirmed", "disputed"
# What came of a report that was joined into another one.
MERGED = "merged"
# What staff opened again was promised anew, once that could not be taken back any more.
PROMISED = "promised"
# What became of one that had been joined into another when that was joined in turn.
SENT_ON = "sent_on"
# Others have it in hand than before, or nobody has.
HANDED = "handed"
# Steps for staff alone: it was given to someone, by whom else it was had until then, and what
# never was.
ASSIGNED, RELEASED, TAKEN_BACK = "assigned", "released", "withdrawn"
# It goes on by itself again, after those who follow it were told that it goes on with another.
PARTED = "parted"
# What nobody had seen went into the open: others are told of it at once, so it is not taken back.
LET_THROUGH = "let_through"
# What a resident said of a settling was taken off, and is so for good.
WORDS_TAKEN = "words_taken"
# A photo was taken off, with the team's reason, and was so until it was hung again.
PHOTO_REMOVED, PHOTO_BACK = "photo_removed", "photo_back"
# A photo that came unlooked was looked over and is shown, and was so until that was taken back.
PHOTO_SHOWN, PHOTO_UNSHOWN = "photo_shown", "photo_unshown"
# The steps in which the city itself speaks, in public.
CITY_SAID = ("answer", MERGED)
# How long those who follow are asked, on the page and by token; later trouble is a new report.
JUDGING_LIVES = timedelta(days=28)
# A rejected report may hold what must not be public, and at one that is held nobody looked yet:
# only the reporter and staff see them. This is the one place that says so.
PUBLIC = frozenset(Status) - {S.REJECTED, S.HELD}
# What was joined goes on in the other one: by itself it can only be hidden, and shown again as
# it was then, closed by the joining.
NEXT_JOINED: dict[Status, frozenset[Status]] = {
    **dict.fromkeys(S, frozenset({S.REJECTED})),
    S.REJECTED: frozenset({S.CLOSED}),
}


class Shelf(IntEnum):
    """Where the map keeps a report. In this order, each of its filters is a run of neighbours."""

    NOWHERE = 0
    WAITS_LONG = 1
    WAITS = 2
    SETTLED = 3
    SETTLED_LONG = 4


# What was opened or settled within so long is "lately" to the map.
LATELY = timedelta(days=30)


class MapState(StrEnum):
    """What a map shows: by default what is not settled, and what was settled lately."""

    NOW = "now"
    OPEN = "open"
    SETTLED = "settled"
    ALL = "all"


# By state and by whether only what is of lately: the first and the last shelf that is shown.
SHELVES: dict[tuple[MapState, bool], tuple[Shelf, Shelf]] = {
    (MapState.NOW, False): (Shelf.WAITS_LONG, Shelf.SETTLED),
    (MapState.NOW, True): (Shelf.WAITS, Shelf.SETTLED),
    (MapState.OPEN, False): (Shelf.WAITS_LONG, Shelf.WAITS),
    (MapState.OPEN, True): (Shelf.WAITS, Shelf.WAITS),
    (MapState.SETTLED, False): (Shelf.SETTLED, Shelf.SETTLED_LONG),
    (MapState.SETTLED, True): (Shelf.SETTLED, Shelf.SETTLED),
    (MapState.ALL, False): (Shelf.WAITS_LONG, Shelf.SETTLED_LONG),
    (MapState.ALL, True): (Shelf.WAITS, Shelf.SETTLED),
}

# In working days of the city (services.workdays).
PROMISE_DAYS: dict[Category, int] = {
    Category.STREET_LIGHT: 5,
    Category.ROAD_DAMAGE: 10,
    Category.LITTER: 3,
    Category.WATER: 2,
    Category.GREEN: 14,
    Category.TRAFFIC: 5,
    Category.NOISE: 7,
    Category.OTHER: 10,
}
SEVERITY: dict[Category, int] = {
    Category.STREET_LIGHT: 2,
    Category.ROAD_DAMAGE: 2,
    Category.LITTER: 1,
    Category.WATER: 3,
    Category.GREEN: 1,
    Category.TRAFFIC: 3,
    Category.NOISE: 1,
    Category.OTHER: 1,
}
LABELS: dict[Category, str] = {
    Category.STREET_LIGHT: "Street light",
    Category.ROAD_DAMAGE: "Damaged road or pavement",
    Category.LITTER: "Litter",
    Category.WATER: "Water or drain",
    Category.GREEN: "Trees and green",
    Category.TRAFFIC: "Signs and signals",
    Category.NOISE: "Noise",
    Category.OTHER: "Something else",
}
STATUS_LABELS: dict[Status, str] = {
    S.OPEN: "New",
    S.ACKNOWLEDGED: "Seen by the city",
    S.IN_PROGRESS: "Being worked on",
    S.FIXED: "Fixed",
    S.REJECTED: "Not taken up",
    S.CLOSED: "Closed",
    S.DISPUTED: "Closed, but disputed",
    S.HELD: "Waits for a first look",
}
QUESTIONS: dict[Category, str] = {
    Category.STREET_LIGHT: "What number is on the lamp post?",
    Category.ROAD_DAMAGE: "How deep or wide is it?",
    Category.LITTER: "How much is there?",
    Category.WATER: "Is water flowing right now?",
    Category.GREEN: "Does it block the way?",
    Category.TRAFFIC: "Which way does the sign or signal face?",
    Category.NOISE: "At what time of day?",
    Category.OTHER: "Is anyone in danger?",
}
# What a report is often turned down for: a name, and the words its reporter reads.
REASONS: dict[str, tuple[str, str]] = {
    "not_ours": (
        "Not the city's",
        "This is not in the city's care, so we cannot mend it. Please tell whoever it belongs to.",
    ),
    "private": (
        "On private ground",
        "It stands on private ground, where the city may not act.",
    ),
    "not_found": (
        "Nothing found there",
        "We looked and found nothing. If it is still there, please report it again with a photo.",
    ),
    "too_little": (
        "Not enough to find it",
        "What was told is not enough to find it. Please report it again with place and photo.",
    ),
}
GRAVEST = 3
# So many people since the city's last word are more than it may leave unanswered.
CROWD = 10
# How long staff may take an answer back; no phone is told before.
UNDO_S = 10
TITLE_LENGTH = 80


def staff_moves(now: Status, *, joined: bool = False) -> list[Status]:
    """Return where staff may take a report; to dispute is for those who live with it."""
    ways = NEXT_JOINED[now] if joined else NEXT[now] - {S.DISPUTED}
    return [s for s in Status if s in ways]


def answers_to(now: Status, *, joined: bool = False) -> list[Status]:
    """Return what staff may answer with: first a word more, but to what nobody looked at yet."""
    return ([] if now is S.HELD else [now]) + staff_moves(now, joined=joined)


def hidden_and_back(since: Iterable[Status | None]) -> bool:
    """Say whether what a joined report came to since it was joined is nothing but hiding.

    Each hiding must have ended with the report shown again; any other word stands on the joining.
    """
    hidden = False
    for status in since:
        if status is not S.REJECTED and not (hidden and status is S.CLOSED):
            return False
        hidden = status is S.REJECTED
    return not hidden


def late(status: Status, due_at: datetime, at: datetime) -> bool:
    """Say whether the promise is broken at `at`."""
    return status not in ENDED and at > due_at


def shelf_of(
    status: Status, opened_at: datetime, ended_at: datetime | None, *, merged: bool, at: datetime
) -> Shelf:
    """Return where the map keeps a report at `at`: nowhere if hidden, or told by another."""
    if status not in PUBLIC or merged:
        return Shelf.NOWHERE
    if status in ENDED:
        return Shelf.SETTLED if (ended_at or opened_at) > at - LATELY else Shelf.SETTLED_LONG
    return Shelf.WAITS if opened_at > at - LATELY else Shelf.WAITS_LONG


def title_of(text: str) -> str:
    """Return the first line of what was written, cut at a word within 80 characters."""
    line = " ".join(text.strip().split("\n", 1)[0].split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def team_named(body: str | None, team: str | None) -> str | None:
    """Return who has a report in hand, as its page names them; None where nobody has."""
    return None if body is None or team is None else f"{body} · {team}"
