"""A city that moves: people report, follow and answer, one act after the other, through HTTP."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

from participation.demo.rules import TENDING, Act, next_act, picked, picture
from participation.demo.visitor import AwayError, RefusedError, Visitor
from services.ids import secret_token

# About the streets of a small town around its middle, in degrees.
NORTH, EAST = 0.009, 0.012
LONGEST_PAUSE_S = 30.0
Sleep = Callable[[float], None]


class Life:
    """The acts of a seed upon the city at `base_url`; `done` counts them."""

    def __init__(self, base_url: str, *, seed: int, per_minute: float) -> None:
        self._base_url, self._per_minute = base_url, per_minute
        self._chance = random.Random(seed)  # noqa: S311  a play, not a secret
        # Keys of this run: a second run of the same seed reports anew, a repeated try does not.
        self._run = secret_token(9)
        self._people: dict[str, Visitor] = {}
        self._home: tuple[float, float] | None = None
        self.done: Counter[str] = Counter()

    def acts(self, steps: int, sleep: Sleep = time.sleep) -> Iterator[str]:
        """Do `steps` acts (0: without end) and yield a line about each.

        A city that is away is waited for, ever longer up to half a minute; then the same act
        is tried again.
        """
        number = 0
        while steps == 0 or number < steps:
            number += 1
            act = next_act(self._chance, self._per_minute)
            sleep(act.wait_s)
            pause = 1.0
            while True:
                try:
                    line = self._do(act, number)
                except AwayError as away:
                    wait = min(max(pause, away.after_s), LONGEST_PAUSE_S)
                    yield f"the city does not answer; trying again in {wait:.0f} s"
                    sleep(wait)
                    pause *= 2
                    continue
                break
            yield line

    def _do(self, act: Act, number: int) -> str:
        person = self._people.setdefault(act.who, Visitor(self._base_url, act.who))
        todo = {"report": self._report, "follow": self._follow, "tend": self._tend}[act.kind]
        try:
            told = todo(person, act, number)
        except RefusedError as refused:
            # Another may have been quicker: the case was moved between the look and the answer.
            self.done["refused"] += 1
            if "no demo" in str(refused):
                raise
            return f"{act.who} was refused: {refused}"
        self.done[act.kind] += 1
        return f"{act.who} {told}"

    def _report(self, person: Visitor, act: Act, number: int) -> str:
        self._home = self._home or person.home()
        lat, lon = self._home
        form = {
            "category": act.category,
            "text": act.text,
            "lat": f"{lat + (act.north * 2 - 1) * NORTH:.6f}",
            "lon": f"{lon + (act.east * 2 - 1) * EAST:.6f}",
            "idempotency_key": f"{self._run}-{number}",
        }
        photo = ("photo.png", picture(act.shade), "image/png") if act.photo else None
        # Nobody is on a picture that was drawn a moment ago.
        form |= {"looked": "1"} if photo else {}
        person.post("/reports/", form, photo)
        return f"reported {act.category}"

    def _follow(self, person: Visitor, act: Act, _number: int) -> str:
        report_id = picked(person.reports(), act.pick)
        if report_id is None:
            return "found nothing to follow"
        person.post(f"/reports/{report_id}/follow", {})
        return "followed a report"

    def _tend(self, person: Visitor, act: Act, _number: int) -> str:
        report_id = picked(person.cases(), act.pick)
        moves = person.moves(report_id) if report_id else []
        status, words = TENDING.get(moves[0] if moves else "", ("", ()))
        # What waits for a first look begins with another state than its own, and goes there alone.
        if status not in moves:
            return "found the queue empty"
        text = picked(words, act.east) or ""
        person.post(f"/console/reports/{report_id}/answer", {"status": status, "text": text})
        return f"answered: {status}"
