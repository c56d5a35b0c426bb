"""A class belongs to one folder of styles: two that draw it would spoil each other's pages."""

import re
from collections import defaultdict

from tests.law.sources import ROOT, files

COMMENT = re.compile(r"/\*.*?\*/", re.S)
CLASS = re.compile(r"\.([\w-]+)")
# These pages are written whole to a file of their own and carry no other style.
ALONE = {"analysis"}


def drawn(text: str) -> set[str]:
    """Return the classes a style draws by nothing but their name, outside of `@media`."""
    found: set[str] = set()
    depth = 0
    for part in re.split(r"([{}])", COMMENT.sub("", text)):
        if part == "{":
            depth += 1
        elif part == "}":
            depth -= 1
        elif depth == 0 and not part.strip().startswith("@"):
            selectors = (one.strip() for one in part.split(";")[-1].split(","))
            found |= {one[1] for one in map(CLASS.fullmatch, selectors) if one}
    return found


def test_no_class_is_drawn_in_two() -> None:
    folders: dict[str, set[str]] = defaultdict(set)
    for path in files("static/src", ending=".css"):
        folder = path.relative_to(ROOT / "static" / "src").parts[0]
        for name in drawn(path.read_text()) if folder not in ALONE else ():
            folders[name].add(folder)
    assert {name: where for name, where in folders.items() if len(where) > 1} == {}


def test_a_class_is_found() -> None:
    text = (
        "/* .no { } */ .one, .two { gap: 0 } .one > .three { } @media print { .four { } } .five {}"
    )
    assert drawn(text) == {"one", "two", "five"}
