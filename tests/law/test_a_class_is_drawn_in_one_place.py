"""A class belongs to one folder of styles: two that draw it would spoil each other's pages."""

import re
from collections import defaultdict

from tests.law.sources import ROOT, files

COMMENT = re.compile(r"/\*.*?\*/", re.S)
CLASS = re.compile(r"\.([\w-]+)")
NAMED = re.compile(r'class="([^"]*)"')
SAID = re.compile(r"\{[{%].*?[%}]\}", re.S)
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


def test_a_residents_page_has_the_style_of_every_class_in_it() -> None:
    drawn_for_staff: set[str] = set()
    drawn_for_all: set[str] = set()
    for path in files("static/src", ending=".css"):
        staff = path.relative_to(ROOT / "static" / "src").parts[0] == "console"
        (drawn_for_staff if staff else drawn_for_all).update(CLASS.findall(path.read_text()))
    lacking = defaultdict(set)
    for path in files("templates", ending=".html"):
        folder = path.relative_to(ROOT / "templates").parts[0]
        for names in NAMED.findall(path.read_text()) if folder != "console" else ():
            for name in set(SAID.sub(" ", names).split()) & (drawn_for_staff - drawn_for_all):
                lacking[name].add(path.name)
    assert dict(lacking) == {}


def test_a_class_is_found() -> None:
    text = (
        "/* .no { } */ .one, .two { gap: 0 } .one > .three { } @media print { .four { } } .five {}"
    )
    assert drawn(text) == {"one", "two", "five"}
