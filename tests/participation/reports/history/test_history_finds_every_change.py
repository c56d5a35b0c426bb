"""Whatever is changed in a published history is found: every field, every step, every place."""

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from participation.reports.history.rules import (
    FORMAT,
    FORMATS,
    Link,
    canonical,
    commitment,
    digest,
)
from static.history import verify
from tests.participation.reports.history.publication import found, published

OLDER = "3477a862e54d67674bb5e0cee99f92b8d77298ac160c9b9d4710b2b9d74047af"
NEWER = "f30c0f1defa22e3ceb2e94a5cf5457d099e1871ea5c0924551a36516e3af0334"
NEWEST = "905756df4a87dcbc7ddfbed3a0cfe47ad1034bb7ecc24d009eef41f611a2a989"
OTHER = {
    "seq": 99,
    "position": 99,
    "at": "2026-11-02T09:00:00.000001+00:00",
    "of": 1,
    "salt": "00" * 16,
    "report": str(uuid4()),
}


def changed(value: Any, name: str) -> Any:
    """Return another value than `value` that fits the field."""
    if name in OTHER:
        return OTHER[name]
    if isinstance(value, str) and len(value) == 64:
        return ("0" if value[0] != "0" else "1") + value[1:]
    return "other"


def test_every_field_of_every_step(story: sa.Engine) -> None:
    whole = published(story)
    assert not found(whole)
    missed, tried = [], 0
    for part, number in itertools.product((0, 1), range(5)):
        for name in list(whole[part][0]["steps"][number]):
            told = copy.deepcopy(whole)
            step = told[part][0]["steps"][number]
            step[name] = changed(step[name], name)
            tried += 1
            if not found(told):
                missed.append((part, number, name))
            del step[name]
            tried += 1
            if not found(told) and name not in ("salt", "text"):
                missed.append((part, number, "without " + name))
    assert tried == 2 * 5 * (18 + 20)
    assert missed == []


def places(steps: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield every removal, swap, repetition, foreign step and cut of a chain."""
    count = len(steps)
    for n in range(count):
        yield f"without {n}", steps[:n] + steps[n + 1 :]
        yield f"{n} twice", [*steps[: n + 1], *steps[n:]]
        forged = steps[n] | {"kind": "answer", "commitment": "0" * 64}
        yield f"forged at {n}", [*steps[:n], forged, *steps[n:]]
        yield f"cut at {n}", steps[:n]
        yield f"begun at {n + 1}", steps[n + 1 :]
    for one, other in itertools.combinations(range(count), 2):
        mixed = list(steps)
        mixed[one], mixed[other] = mixed[other], mixed[one]
        yield f"{one} and {other} swapped", mixed


@pytest.mark.parametrize("part", [0, 1], ids=["report", "city"])
def test_every_place_of_a_step(story: sa.Engine, part: int) -> None:
    whole = published(story)
    missed = []
    for name, steps in places(whole[part][0]["steps"]):
        told = copy.deepcopy(whole)
        told[part][0]["steps"] = steps
        if not found(told):
            missed.append(name)
    assert missed == []


def shown(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what pages must show for nothing to be odd; who owns the machine shows just that."""
    if not steps:
        return {}
    tale = verify.Tale(steps[0]["report"])
    for step in steps:
        tale.add(step)
    _, status, since = tale.given[-1]
    sealed = {name: steps[-1][name] for name in verify.SEAL}
    state = {"status": status, "opened_at": steps[0]["at"], "ended_at": since} | sealed
    return {steps[0]["report"]: state}


def rewritten(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return steps with all digests made anew, as one who owns the machine could."""
    city, made = verify.FIRST, []
    for number, step in enumerate(steps, 1):
        one = step | {"seq": number, "position": number, "before": city, "city_before": city}
        city = one["digest"] = verify.digest(one)
        made.append(one)
    return made


@pytest.mark.parametrize("cut", range(6))
def test_a_chain_written_anew_as_a_whole_is_found_by_a_kept_head(
    story: sa.Engine, cut: int
) -> None:
    """Also when it is only cut at its end: nothing in it is odd, but it has not that end."""
    _, pages, heads = published(story)
    assert heads is not None
    kept = heads["head"]
    steps = copy.deepcopy(pages[0]["steps"])
    if cut == 5:
        steps[2]["status"] = "closed"
    made = rewritten(steps[:cut] if cut < 5 else steps)
    head = {"count": len(made), "digest": made[-1]["digest"] if made else verify.FIRST}
    told = [], [pages[0] | {"steps": made, "states": shown(made)}], heads | {"head": head}
    assert not found(told)
    assert found(told, kept)


@pytest.mark.parametrize("form", verify.FORMATS[:-1])
def test_a_last_step_in_an_older_form_hides_nothing(story: sa.Engine, form: str) -> None:
    """Who owns the database could add one that seals less, and move what it does not seal."""
    _, pages, _ = published(story)
    steps = pages[0]["steps"]
    last = {name: steps[-1][name] for name in verify.COVERED[form]} | {"format": form}
    steps[-1] = last | {"digest": verify.digest(last)}
    state = pages[0]["states"][last["report"]]
    state |= {"team": "다른 곳 · 다른 곳", "merged_into": str(uuid4())}
    faults, _ = verify.check(([], pages, None))
    assert [name for name in state if any(f"with {name} " in fault for fault in faults)] == [
        *("merged_into", "team")
    ]


def test_script_and_application_do_the_same_sums(story: sa.Engine) -> None:
    for step in published(story)[0][0]["steps"]:
        link = Link(**{name: step[name] for name in verify.COVERED[FORMAT]})
        assert digest(link) == verify.digest(step) == step["digest"]
        assert commitment(step["salt"], step["text"]) == step["commitment"]
        assert json.loads(canonical(link))["format"] == step["format"] == FORMAT
    assert tuple(FORMATS.values()) == verify.FORMATS


def test_the_form_of_a_step_never_changes() -> None:
    """Digests of years ago must still be found right: these were computed once, by hand."""
    link = Link(
        at="2026-11-02T09:00:00.000000+00:00",
        before="0" * 64,
        category="litter",
        city_before="0" * 64,
        commitment="a" * 64,
        due="2026-11-05T09:00:00.000000+00:00",
        kind="opened",
        merged_into=None,
        of=None,
        position=1,
        promised=None,
        report="5f0c6d0e-0000-4000-8000-000000000001",
        role="resident",
        seq=1,
        status="open",
        team="가로등공단 · 1조",
    )
    text = (
        '{"at":"2026-11-02T09:00:00.000000+00:00","before":"' + "0" * 64 + '","category":"litter",'
        '"city_before":"' + "0" * 64 + '","commitment":"' + "a" * 64 + '",'
        '"due":"2026-11-05T09:00:00.000000+00:00","format":"madang-history-3","kind":"opened",'
        '"merged_into":null,"of":null,"position":1,"promised":null,"report":"5f0c6d0e-0000-4000-8000-000000000001",'
        '"role":"resident","seq":1,"status":"open",'
        '"team":"가로등공단 · 1조"}'
    )  # fmt: skip
    assert canonical(link) == text.encode()
    step = json.loads(text)
    assert verify.digest(step) == digest(link) == NEWEST
    assert verify.digest(step | {"format": "madang-history-2"}) == NEWER
    for name in ("format", *verify.SEAL):
        del step[name]
    assert verify.digest(step) == verify.digest(step | {"format": "madang-history-1"}) == OLDER
