"""Forms carry their token; nothing is inline; nothing comes from another host."""

import re

from tests.law.sources import broken, files

FORM = re.compile(r"<form\b(.*?)</form>", re.S | re.I)
POSTS = re.compile(r"\bmethod\s*=\s*[\"']?post", re.I)
# What a form is must be heard; what is said with it stands around it. `search` is a kind of form.
NO_FORM = re.compile(r"<form\b[^>]*\brole\s*=\s*[\"'](?!search)", re.I)
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|<script(?![^>]*\bsrc\s*=)|\son[a-z]+\s*=\s*[\"']|javascript:", re.I
)
OUTSIDE = re.compile(r"\b(?:src|href|action|srcset)\s*=\s*[\"']?\s*(?:https?:)?//", re.I)
STYLE_OUTSIDE = re.compile(r"(?:@import|url\()\s*[\"']?\s*(?:https?:)?//", re.I)
SCRIPT_OUTSIDE = re.compile(r"[\"'`](?:https?:|wss?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.I)
# Nothing is fetched from these: XML namespaces, a base for parsing paths, links of map credits
# and of a library's error message. The content security policy would stop it besides.
NAMES_ONLY = {
    "www.w3.org",
    "example.com",
    "leafletjs.com",
    "openstreetmap.org",
    "www.openstreetmap.org",
    "protomaps.com",
    "socket.io",
}


def open_forms(name: str, text: str) -> list[str]:
    """Return posting forms without a token, and getting ones that would leak it into an address."""
    wrong = []
    for found in FORM.finditer(text):
        posts, carries = bool(POSTS.search(found[1])), "csrf_field()" in found[1]
        if posts != carries:
            line = text[: found.start()].count("\n") + 1
            wrong.append(f"{name}:{line} a form {'without' if posts else 'leaking'} its token")
    return wrong


def forms_no_more(name: str, text: str) -> list[str]:
    """Return forms that are told to be something else."""
    return [f"{name} {found[0]}" for found in NO_FORM.finditer(text)]


def inline_or_outside(name: str, text: str) -> list[str]:
    """Return inline styles and scripts, and addresses on other hosts."""
    lines = enumerate(text.splitlines(), 1)
    return [
        f"{name}:{n} {found[0].strip()}"
        for n, line in lines
        if (found := INLINE.search(line) or OUTSIDE.search(line))
    ]


def outside_styles(name: str, text: str) -> list[str]:
    return [f"{name} {found}" for found in STYLE_OUTSIDE.findall(text)]


def outside_scripts(name: str, text: str) -> list[str]:
    """Return hosts a script's strings begin with."""
    return [f"{name} {host}" for host in SCRIPT_OUTSIDE.findall(text) if host not in NAMES_ONLY]


def test_every_form_carries_its_token() -> None:
    assert broken(open_forms, "templates", ending=".html") == []


def test_a_form_is_a_form() -> None:
    assert broken(forms_no_more, "templates", ending=".html") == []


def test_nothing_is_inline_and_nothing_is_from_elsewhere() -> None:
    assert broken(inline_or_outside, "templates", ending=".html") == []


def test_what_is_built_calls_no_other_host() -> None:
    assert list(files("static/dist", ending=".css"))
    assert broken(outside_styles, "static/dist", "static/src", ending=".css") == []
    assert broken(outside_scripts, "static/dist", ending=".js") == []
    assert broken(outside_scripts, "static/src", ending=".ts") == []


def test_each_of_these_is_found() -> None:
    assert open_forms("a.html", '<form method="post"><button></button></form>') != []
    assert open_forms("a.html", '<form method="get">{{ csrf_field() }}</form>') != []
    assert open_forms("a.html", '<form method="post">{{ csrf_field() }}</form>') == []
    assert forms_no_more("a.html", '<form method="post" role="status">') != []
    assert forms_no_more("a.html", '<form role="search">') == []
    for text in (
        '<p style="color: red">',
        "<style>p{}</style>",
        "<script>go()</script>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<img src="//cdn.example.org/a.png">',
        '<link href="https://fonts.example.org/a.css">',
    ):
        assert inline_or_outside("a.html", text) != [], text
    assert inline_or_outside("a.html", '<script type="module" src="/a.js"></script>') == []
    assert outside_styles("a.css", "@import 'https://fonts.example.org/a.css'") != []
    assert outside_styles("a.css", "url(//cdn.example.org/a.png)") != []
    assert outside_scripts("a.js", 'fetch("https://api.example.org/x")') != []
    assert outside_scripts("a.js", 'n("http://www.w3.org/2000/svg")') == []
