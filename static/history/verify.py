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
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

BASIS = (
    *("seq", "report", "position", "at", "kind", "status", "role", "of"),
    *("commitment", "before", "city_before"),
)
# What a step seals of its report: its kind, the promise that stands, the first one given, the
# report it was joined into, and who has it in hand. And the kinds of step that may change it.
CHANGING: dict[str, tuple[str, ...]] = {
    "category": (),
    "due": ("disputed", "promised"),
    "promised": (),
    "merged_into": ("merged", "sent_on"),
    "team": ("handed",),
}
SEAL = tuple(CHANGING)
# What each form of a step seals; the oldest form first. Its digest covers that next to BASIS and
# the name of the form.
SEALED = {"madang-history-1": (), "madang-history-2": SEAL[:3], "madang-history-3": SEAL}
COVERED = {form: (*BASIS, *names) for form, names in SEALED.items()}
FORMATS = tuple(COVERED)
FIRST = "0" * 64
ENDED = ("fixed", "rejected", "closed")
ID = re.compile(r"/reports/([0-9a-f-]{36})(?:/|$)")
Json = dict[str, Any]
Found = tuple[list[Json], list[Json], Json | None]


def form_of(step: Json) -> Any:
    """Return the name of a step's form; it did not stand in those of the first."""
    return step.get("format", FORMATS[0])


def digest(step: Json) -> str:
    """Return SHA-256 over the step as JSON in UTF-8, keys in order, no blanks."""
    told = {name: step[name] for name in COVERED[form_of(step)]} | {"format": form_of(step)}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def commitment(salt: str, text: str) -> str:
    """Return SHA-256 over the salt's bytes and the words in UTF-8."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def link_faults(step: Json) -> list[str]:
    """Return what is wrong with one step by itself."""
    name = f"step {step.get('seq')} ({step.get('position')} of report {step.get('report')})"
    if form_of(step) not in FORMATS:
        return [f"{name} is of a form that is none: {form_of(step)}"]
    if odd := [key for key in (*COVERED[form_of(step)], "digest") if key not in step]:
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


class Tale:
    """What the steps of one report say, taken in their order."""

    def __init__(self, report: Any) -> None:
        self.report, self.digests = report, [FIRST]
        self.first: Json = {}
        # What the steps last sealed, and last said so: one of a report that was hidden seals nulls.
        self.stands: Json = {}
        self.sealed: Json = {}
        # What may have changed since, and the kinds of step by their positions.
        self.movable: set[str] = set()
        self.kinds: Json = {}
        # Where each state was given, which, and since when the report was settled by then.
        self.given: list[tuple[Any, Any, Any]] = [(0, None, None)]

    def add(self, step: Json) -> list[str]:
        """Take the next step; return what is wrong with it."""
        faults, number = link_faults(step), len(self.digests)
        name = f"step {number} of report {self.report}"
        if (step.get("report"), step.get("position")) != (self.report, number):
            faults.append(f"{name} is missing, or another stands in its place")
        if step.get("before") != self.digests[-1]:
            faults.append(f"{name} does not follow the one before it")
        faults += [f"{name} {fault}" for fault in self._moved(step)]
        self._give(step)
        self.first = self.first or step
        self.stands |= {name: step.get(name) for name in SEALED.get(form_of(step), ())}
        self.digests.append(step.get("digest", ""))
        return faults

    def _moved(self, step: Json) -> Iterator[str]:
        """Yield what of the report is another than before, though no such step may change it."""
        # What takes a step back changes what that changed.
        kind = self.kinds.get(step.get("of"), step.get("kind"))
        self.kinds[step.get("position")] = kind
        self.movable |= {name for name, kinds in CHANGING.items() if kind in kinds}
        if step.get("category") is None:
            return
        for name in SEALED.get(form_of(step), ()):
            then, now = self.sealed.get(name), step.get(name)
            if then != now and name in self.sealed and name not in self.movable:
                yield f"says {name} {now} where {then} was sealed, and is no step that changes it"
            self.sealed[name] = now
        self.movable.clear()

    def _give(self, step: Json) -> None:
        """Note the state a step gives, or that the one it takes back gives none."""
        if step.get("of") is not None:
            self.given[1:] = [one for one in self.given[1:] if one[0] != step["of"]]
        elif (status := step.get("status")) is not None:
            since = (self.given[-1][2] or step.get("at")) if status in ENDED else None
            # What was turned down unseen joins the chain before the step that opened it.
            where = 1 if step.get("kind") == "opened" else len(self.given)
            self.given.insert(where, (step.get("position"), status, since))

    def state_faults(self, state: Json | None) -> list[str]:
        """Return where the report is shown otherwise than its steps say."""
        if state is None:
            return [f"report {self.report} is gone, and its steps are not"]
        _, status, since = self.given[-1]
        told: Json = {"status": status, "ended_at": since} if status is not None else {}
        if self.first.get("kind") == "opened":
            told["opened_at"] = self.first.get("at")
        if "ended_at" not in state and not self.stands:
            told.pop("ended_at", None)
        told |= self.stands
        return [
            f"report {self.report} is shown with {name} {state.get(name)}; its story says {value}"
            for name, value in told.items()
            if state.get(name) != value
        ]


def story_faults(story: Json) -> list[str]:
    """Return what is wrong with the history of one report."""
    faults, tale, seq = [], Tale(story["report"]), 0
    for number, step in enumerate(story["steps"], 1):
        faults += tale.add(step)
        if not isinstance(step.get("seq"), int) or step["seq"] <= seq:
            faults.append(f"step {number} is out of the city's order")
        seq = step.get("seq") or seq
    if story["head"] != {"count": len(story["steps"]), "digest": tale.digests[-1]}:
        faults.append("the end of the report's chain is not where its head says")
    if story["unchained"]:
        faults.append(f"{story['unchained']} steps are shown that stand in no chain")
    return faults + tale.state_faults(story["state"])


class City:
    """Reads the city's steps in order and remembers what later checks need."""

    def __init__(self) -> None:
        self.digests: list[Any] = [FIRST]
        self.tales: dict[Any, Tale] = {}
        self.faults: list[str] = []

    def add(self, step: Json) -> None:
        """Take the next step."""
        number = len(self.digests)
        if step.get("seq") != number:
            self.faults.append(f"step {number} of the city is missing or in another place")
        if step.get("city_before") != self.digests[-1]:
            self.faults.append(f"step {number} of the city does not follow the one before")
        if (report := step.get("report")) not in self.tales:
            self.tales[report] = Tale(report)
        self.faults += self.tales[report].add(step)
        self.digests.append(step.get("digest", ""))

    def meet(self, head: Json, name: str) -> None:
        """Compare with a head that was told or kept: the chain may have grown since, no more."""
        count = head["count"]
        if not 0 <= count < len(self.digests) or self.digests[count] != head["digest"]:
            self.faults.append(f"the chain does not have the end that {name} says")

    def shows(self, states: Json) -> None:
        """Compare with how each report is shown."""
        for report, tale in self.tales.items():
            odd = [f"nothing is told of how report {report} is shown"]
            self.faults += tale.state_faults(states[report]) if report in states else odd

    def holds(self, story: Json) -> None:
        """Compare with a report's own history, which may be a little newer."""
        mine = (step for step in story["steps"] if step.get("seq", 0) < len(self.digests))
        told = [step.get("digest") for step in mine]
        if self.tales.get(story["report"], Tale("")).digests[1:] != told:
            self.faults.append(f"the city's chain has other steps of report {story['report']}")


def fetch(url: str) -> Any:
    """Return the JSON at an address."""
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


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
        if told.get("format") not in FORMATS:
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
    city, states = City(), {}
    for page in pages:
        for step in page["steps"]:
            city.add(step)
        # Told with a report's newest step: that of a later page is newer.
        states |= page["states"]
    city.shows(states)
    if pages[-1]["next"] is not None:
        city.faults.append("the last page of the city's steps is missing")
    for story in stories:
        city.holds(story)
    ends = [(day, f"the head of {day['day']}") for day in heads["days"]] if heads else []
    ends += [(heads["head"], "the published head")] if heads else []
    for head, name in (*ends, *((head, "a head you kept") for head in kept)):
        city.meet(head, name)
    if heads and heads["unchained"]:
        city.faults.append(f"{heads['unchained']} steps are shown that stand in no chain")
    return faults + city.faults, {"count": len(city.digests) - 1, "digest": city.digests[-1]}


def kept_heads(file: Path | None) -> list[Json]:
    """Return the heads kept in a file, a line each: COUNT:DIGEST."""
    if file is None or not file.exists():
        return []
    pairs = [line.split(":") for line in file.read_text(encoding="ascii").split()]
    return [{"count": int(count), "digest": found} for count, found in pairs]


def unproven(found: Found) -> int:
    """Return how many reports had no step since all that their steps seal now is sealed."""
    pages = (*found[1], *found[0])
    newest = {step["report"]: form_of(step) for page in pages for step in page["steps"]}
    return sum(form != FORMATS[-1] for form in newest.values())


def tell(faults: list[str], head: Json | None, found: Found) -> int:
    """Say what was found; return the exit code."""
    for fault in faults:
        print("BROKEN ", fault)
    if faults:
        print(f"기록이 고쳐졌어요. This history was changed. ({len(faults)})")
        return 1
    steps = head["count"] if head else sum(len(story["steps"]) for story in found[0])
    print(f"온전해요. Intact: {steps} steps.")
    if older := unproven(found):
        print(f"종류, 약속, 담당, 합쳐진 신고가 아직 다 봉인되지 않은 신고 {older}건.", end=" ")
        print(f"Not all of {older} reports is sealed yet: no step came since more of it is.")
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
