"""What is no edge knows no pages, no sockets and no web framework: it serves every edge alike."""

import ast
from pathlib import PurePosixPath

from tests.law.sources import broken

# The ways in and out of a domain; everything else in it is none, also what is added tomorrow.
EDGES = {
    "api",
    "api_updates",
    "cli",
    "console",
    "console_bulk",
    "console_desk",
    "console_family",
    "console_photos",
    "edge",
    "letters",
    "paging",
    "views",
    "views_identity",
    "views_new",
    "views_page",
    "views_same",
    "visitor",
    "wiring",
}
# They say what open pages are to hear, and answer nobody.
TELLING = {"jobs", "live", "subscribers"}
WEB = ("flask", "flask_socketio", "jinja2", "werkzeug", "services.web", "services.serving")
SOCKETS = ("services.realtime",)
# The shape in which what was sent reaches a form.
SENT = "werkzeug.datastructures"


def imports(text: str) -> list[tuple[str, int]]:
    """Return (full name, line) of everything a module imports."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def web_below_the_edges(name: str, text: str) -> list[str]:
    stem = PurePosixPath(name).stem
    if stem in EDGES:
        return []
    forbidden = WEB if stem in TELLING else WEB + SOCKETS
    return [
        f"{name}:{line} {one}"
        for one, line in imports(text)
        if any(f"{one}.".startswith(f"{top}.") for top in forbidden)
        and not (stem == "forms" and one.startswith(SENT))
    ]


def test_nothing_below_the_edges_does() -> None:
    assert broken(web_below_the_edges, "participation") == []


def test_a_breach_is_found() -> None:
    for text in ("import flask\n", "from flask import g\n", "from services import web\n"):
        assert web_below_the_edges("participation/x/opening.py", text)
        assert web_below_the_edges("participation/x/jobs.py", text)
        assert not web_below_the_edges("participation/x/views.py", text)
    sockets = "from services import realtime\n"
    assert web_below_the_edges("participation/x/queries_own.py", sockets)
    assert not web_below_the_edges("participation/x/live.py", sockets)
    sent = "from werkzeug.datastructures import MultiDict\n"
    assert web_below_the_edges("participation/x/format.py", sent)
    assert not web_below_the_edges("participation/x/forms.py", sent)
