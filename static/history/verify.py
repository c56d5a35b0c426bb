#!/usr/bin/env python3
"""Check the history that a city publishes with Madang. Python 3.10 or newer, nothing else needed.

  python3 verify.py https://madang.example.org                 the whole city
  python3 verify.py https://madang.example.org/reports/ID      one report, and that the city has it
  python3 verify.py history.json steps-1.json heads.json       files that were downloaded before
  python3 verify.py --keep heads.txt URL                       also keep today's end of the chain,
                                                               and compare with those kept before

What is wrong is told line by line and the exit code is 1; 0 means that all of it holds, 2 that
it could not be read. A chain can only be cut at its end or written anew as a whole by whoever
runs the city: a head that you, or a neighbour, kept from before finds that too. That is what
--keep is for.
"""

import argparse
import hashlib
import json
import re
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FORMAT = "madang-history-1"
FIRST = "0" * 64
# What the digest of a step covers, next to the name of the format.
COVERED = (
    *("seq", "report", "position", "at", "kind", "status", "role", "of"),
    *("commitment", "before", "city_before"),
)
ID = re.compile(r"/reports/([0-9a-f-]{36})(?:/|$)")
Json = dict[str, Any]


def digest(step: Json) -> str:
    """Return SHA-256 over the step as JSON in ASCII, keys in order, no blanks."""
    told = {name: step[name] for name in COVERED}
    told["format"] = FORMAT
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def commitment(salt: str, text: str) -> str:
    """Return SHA-256 over the salt's bytes and the words in UTF-8."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def link_faults(step: Json) -> list[str]:
    """Return what is wrong with one step by itself."""
    name = f"step {step.get('seq')} ({step.get('position')} of report {step.get('report')})"
    if odd := [key for key in (*COVERED, "digest") if key not in step]:
        return [f"{name} lacks {', '.join(odd)}"]
    if digest(step) != step["digest"]:
        return [f"{name} was changed: its digest does not fit"]
    if "shown" in step:
        return [f"{name} is shown otherwise than it was: {step['shown']}"]
    salt, text = step.get("salt"), step.get("text")
    if salt is not None and text is None:
        return [f"{name} lost its words, and nobody says that they were taken off"]
    if salt is None and text:
        return [f"{name} shows words that nothing proves"]
    if salt is not None and commitment(salt, str(text)) != step["commitment"]:
        return [f"{name} shows other words than were written"]
    return []


def story_faults(story: Json) -> list[str]:
    """Return what is wrong with the history of one report."""
    faults, before, seq = [], FIRST, 0
    for number, step in enumerate(story["steps"], 1):
        faults += link_faults(step)
        if step.get("report") != story["report"]:
            faults.append(f"step {number} belongs to another report")
        if step.get("position") != number:
            faults.append(f"step {number} is missing or in another place")
        if step.get("before") != before:
            faults.append(f"step {number} does not follow the one before it")
        if not isinstance(step.get("seq"), int) or step["seq"] <= seq:
            faults.append(f"step {number} is out of the city's order")
        before, seq = step.get("digest"), step.get("seq") or seq
    if story["head"] != {"count": len(story["steps"]), "digest": before}:
        faults.append("the end of the report's chain is not where its head says")
    if story["unchained"]:
        faults.append(f"{story['unchained']} steps are shown that stand in no chain")
    return faults + state_faults(story["report"], story["steps"], story["state"])


def state_faults(report: Any, steps: Sequence[Json], state: Json | None) -> list[str]:
    """Return where a page shows another state of a report than its newest step gave it."""
    if state is None:
        return [f"report {report} is gone, and its steps are not"]
    given = [step.get("status") for step in steps if step.get("status") is not None]
    faults = []
    if given and state["status"] != given[-1]:
        faults.append(f"report {report} is shown as {state['status']}; its story says {given[-1]}")
    if steps and steps[0].get("kind") == "opened" and state["opened_at"] != steps[0].get("at"):
        faults.append(f"report {report} is shown as told at {state['opened_at']}, which it was not")
    return faults


class City:
    """Reads the city's steps in order and remembers what later checks need."""

    def __init__(self) -> None:
        self.digests = [FIRST]
        self.stories: dict[Any, list[Any]] = {}
        self.told: dict[Any, list[Json]] = {}
        self.faults: list[str] = []
        self.seen: set[Any] = set()

    @property
    def count(self) -> int:
        return len(self.digests) - 1

    def add(self, step: Json) -> None:
        """Take the next step."""
        self.faults += link_faults(step)
        number, before = self.count + 1, self.digests[-1]
        story = self.stories.setdefault(step.get("report"), [])
        if step.get("seq") != number:
            self.faults.append(f"step {number} of the city is missing or in another place")
        if step.get("city_before") != before:
            self.faults.append(f"step {number} of the city does not follow the one before")
        if step.get("before") != (story[-1] if story else FIRST):
            self.faults.append(f"step {number} of the city breaks the chain of its report")
        if step.get("position") != len(story) + 1:
            self.faults.append(f"step {number} of the city has a wrong place in its report")
        story.append(step.get("digest"))
        told = self.told.setdefault(step.get("report"), [step])
        if step.get("status") is not None:
            # The first and the newest with a state say all that pages show.
            self.told[step.get("report")] = [told[0], step]
        self.digests.append(step.get("digest", ""))

    def meet(self, head: Json, name: str) -> None:
        """Compare with a head that was told or kept: the chain may have grown since, no more."""
        count = head["count"]
        if not 0 <= count <= self.count or self.digests[count] != head["digest"]:
            self.faults.append(f"the chain does not have the end that {name} says")

    def shows(self, states: Json) -> None:
        """Compare with what pages show of reports whose newest step was added."""
        for report, state in states.items():
            self.faults += state_faults(report, self.told.get(report, []), state)
            self.seen.add(report)

    def missed(self) -> None:
        """Note the reports of which nothing was told how pages show them."""
        for report in sorted(map(str, self.told.keys() - self.seen)):
            self.faults.append(f"nothing is told of how report {report} is shown")

    def counts(self, unchained: int) -> None:
        """Take what the city itself found to stand in no chain."""
        if unchained:
            self.faults.append(f"{unchained} steps are shown that stand in no chain")

    def holds(self, story: Json) -> None:
        """Compare with a report's own history, which may be a little newer."""
        told = [step.get("digest") for step in story["steps"] if step.get("seq", 0) <= self.count]
        if self.stories.get(story["report"], []) != told:
            self.faults.append(f"the city's chain has other steps of report {story['report']}")


def fetch(url: str) -> Any:
    """Return the JSON at an address."""
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


Found = tuple[list[Json], list[Json], Json | None]


def from_address(url: str) -> Found:
    """Return (stories, pages of steps, heads) of a city or of one report."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{url} is no address of a city")
    base, found = f"{parts.scheme}://{parts.netloc}/reports", ID.search(parts.path)
    heads = fetch(f"{base}/history/heads.json")
    pages: list[Json] = []
    after: int | None = 0
    while after is not None:
        pages.append(fetch(f"{base}/history/steps.json?after={after}"))
        after = pages[-1]["next"]
        print(f"\r{len(pages)} pages of steps read", end="", file=sys.stderr)
    print(file=sys.stderr)
    # Last, so that it can only be newer than the city's steps.
    return [fetch(f"{base}/{found[1]}/history.json")] if found else [], pages, heads


def from_files(names: Iterable[str]) -> Found:
    """Return (stories, pages of steps, heads or None) of downloaded files."""
    stories: list[Json] = []
    pages: list[Json] = []
    heads = None
    for name in names:
        told = json.loads(Path(name).read_text(encoding="utf-8"))
        if told.get("format") != FORMAT:
            raise ValueError(f"{name} is no history of Madang")
        if "days" in told:
            heads = told
        else:
            (stories if "report" in told else pages).append(told)
    pages.sort(key=lambda page: page["steps"][0]["seq"] if page["steps"] else 0)
    return stories, pages, heads


def check(found: Found, kept: Sequence[Json] = ()) -> tuple[list[str], Json | None]:
    """Return every fault, and where the city's chain ends if its steps were given."""
    stories, pages, heads = found
    faults = [fault for story in stories for fault in story_faults(story)]
    if not pages:
        return faults, None
    city = City()
    for page in pages:
        for step in page["steps"]:
            city.add(step)
        city.shows(page["states"])
    if pages[-1]["next"] is not None:
        city.faults.append("the last page of the city's steps is missing")
    for story in stories:
        city.holds(story)
    city.missed()
    for day in heads["days"] if heads else ():
        city.meet(day, f"the head of {day['day']}")
    if heads:
        city.meet(heads["head"], "the published head")
        city.counts(heads["unchained"])
    for head in kept:
        city.meet(head, "a head you kept")
    return faults + city.faults, {"count": city.count, "digest": city.digests[-1]}


def kept_heads(file: Path | None) -> list[Json]:
    """Return the heads kept in a file, a line each: COUNT:DIGEST."""
    if file is None or not file.exists():
        return []
    pairs = [line.split(":") for line in file.read_text(encoding="ascii").split()]
    return [{"count": int(count), "digest": found} for count, found in pairs]


def tell(faults: list[str], head: Json | None, found: Found) -> int:
    """Say what was found; return the exit code."""
    for fault in faults:
        print("BROKEN ", fault)
    if faults:
        print(f"기록이 고쳐졌어요. This history was changed. ({len(faults)})")
        return 1
    steps = head["count"] if head else sum(len(story["steps"]) for story in found[0])
    print(f"온전해요. Intact: {steps} steps.")
    if head:
        print(f"Head {head['count']}:{head['digest']}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return the exit code."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("source", nargs="+", help="an address, or downloaded files")
    parser.add_argument("--keep", type=Path, help="keep heads in this file and compare with them")
    chosen = parser.parse_args(arguments)
    try:
        remote = len(chosen.source) == 1 and "://" in chosen.source[0]
        found = from_address(chosen.source[0]) if remote else from_files(chosen.source)
        faults, head = check(found, kept_heads(chosen.keep))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot be checked: {error!r}", file=sys.stderr)
        return 2
    code = tell(faults, head, found)
    if code == 0 and head and chosen.keep:
        with chosen.keep.open("a", encoding="ascii") as file:
            file.write(f"{head['count']}:{head['digest']}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
