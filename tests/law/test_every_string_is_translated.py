"""Every text a person may read has its Korean, in one place, and no Korean is left over."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import Environment, nodes
from werkzeug.datastructures import MultiDict
from wtforms import Form

from participation.accounts import views_identity
from participation.moderation.details import CODED, PARTS
from participation.moderation.words import KINDS
from participation.moderation.words import WORDS as ACTS
from participation.reports import queries_queue, rules
from participation.reports.open311 import edge as open311_edge
from participation.reports.open311 import format as open311_format
from participation.reports.routing import rules as routing_rules
from participation.reports.telling import subscribers as telling
from services import media
from services.auth import Role
from services.web import faults
from tests.law.sources import ROOT, dotted, files

# Calls that translate what they are given, or hand it to a page that does; and names such
# texts are kept under until then.
TRANSLATING = {"words", "translate", "say", "InputRequired", "NumberRange", "_ask_address"}
KEPT_AS = {"error", "sentence"}
# Its first and third part are texts: the sentence, and the name of the act.
CARD = "HomeCard"
TEMPLATES = Environment(autoescape=True)
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")
HANGUL = re.compile("[가-힣]")


class Said(msgspec.Struct, frozen=True):
    """A translation, and the file it stands in."""

    korean: str
    file: str


def of_template(text: str) -> set[str]:
    """Return the texts a template gives to `_`; what it gives by a name is gathered in Python."""
    calls = TEMPLATES.parse(text).find_all(nodes.Call)
    asked = [c.args[0] for c in calls if isinstance(c.node, nodes.Name) and c.node.name == "_"]
    return {text for node in asked for text in _texts(node)}


def _texts(node: nodes.Node | None) -> Iterator[str]:
    if isinstance(node, nodes.CondExpr):
        yield from _texts(node.expr1)
        yield from _texts(node.expr2)
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value


def of_module(text: str) -> set[str]:
    """Return the texts a module translates, or hands on under a name that says so."""
    tree = ast.parse(text)
    constants: dict[str, str] = {}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = {dotted(target) for target in node.targets}
            constants |= {name: str(node.value.value) for name in names if name}
            found |= {str(node.value.value)} if names & KEPT_AS else set()
    for node in ast.walk(tree):
        called = dotted(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and (called in TRANSLATING or called == CARD):
            given = node.args[:3:2] if called == CARD else node.args
            found |= {constants.get(dotted(one), _literal(one)) for one in given}
        elif isinstance(node, ast.Assign) and any(
            dotted(t).endswith(".errors") for t in node.targets
        ):
            told = {dotted(one) for one in ast.walk(node.value)}
            found |= {constants[name] for name in told & set(constants)}
    return {text for text in found if text and not text.startswith("/")}


def _literal(node: ast.AST) -> str:
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def of_tables() -> set[str]:
    """Return the labels and sentences that reach a page by a name."""
    pairs = [*faults.WORDS.values(), *faults.SPECIAL.values(), *views_identity.SAID.values()]
    return {
        *rules.LABELS.values(),
        *open311_format.GROUPS.values(),
        *open311_edge.WORDS.values(),
        *rules.STATUS_LABELS.values(),
        *rules.QUESTIONS.values(),
        *queries_queue.VIEWS.values(),
        *telling.HEADS.values(),
        *media.WORDS.values(),
        *ACTS.values(),
        *KINDS.values(),
        *PARTS.values(),
        *(text for words in CODED.values() for text in words.values()),
        *routing_rules.DAYS_LABELS.values(),
        *(text for pair in (*pairs, *rules.REASONS.values()) for text in pair),
        *(role.value for role in Role),
    }


def of_registry(app: Flask) -> set[str]:
    """Return what the domains hand over: menu entries, purposes, what they hold of people."""
    registry = app.extensions["registry"]
    holdings = [one.holding for one in registry.privacy]
    held = {
        text for one in holdings for text in (one.title, one.seen_by, one.kept, *one.shown.values())
    }
    purposes = [(one.title, one.text, one.to_whom, one.until) for one in registry.purposes]
    asked = {text for one in purposes for text in one}
    return {entry.label for entry in registry.menu} | asked | held


def of_forms() -> set[str]:
    """Return what the forms of every domain say of all that can be wrong in them."""
    stems = [p.relative_to(ROOT).with_suffix("") for p in files("participation", ending="forms.py")]
    modules = [importlib.import_module(".".join(stem.parts)) for stem in stems]
    known = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    kinds = [one for one in known if issubclass(one, Form) and one is not Form]
    wrongs = ("", "x" * 5000, "1e9")
    return {text for kind in kinds for one in wrongs for text in _said(kind, one)}


def _said(kind: Any, wrong: str) -> Iterator[str]:
    form = kind(MultiDict(dict.fromkeys(kind().data, wrong)))
    form.validate()
    for errors in form.errors.values():
        yield from map(str, errors)


def shown(app: Flask) -> set[str]:
    """Return every text that may stand on a page, in a letter or in a notice."""
    templates = [of_template(path.read_text()) for path in files("templates", ending=".html")]
    modules = [of_module(path.read_text()) for path in files("participation", "services")]
    return set().union(*templates, *modules, of_tables(), of_registry(app), of_forms())


def translations(folder: Path) -> tuple[dict[str, Said], list[str]]:
    """Return what is translated, and the texts that stand in two files or twice in one."""
    found: dict[str, Said] = {}
    twice = []
    for path in sorted(folder.glob("*.ko.po")):
        ids = re.findall(r'^msgid "(.+)"$', path.read_text(), re.M)
        twice += sorted({f"{text} twice in {path.name}" for text in ids if ids.count(text) > 1})
        with path.open("rb") as file:
            for message in read_po(file, locale="ko"):
                text = str(message.id)
                if text in found:
                    twice.append(f"{text} in {found[text].file} and {path.name}")
                if text:
                    found[text] = Said(str(message.string or ""), path.name)
    return found, twice


def odd(text: str, korean: str) -> bool:
    """Is a translation none: empty, without Hangul where words are, or with other places?"""
    words = re.search(r"[A-Za-z]{2}", PLACE.sub("", text))
    lacks = bool(words) and not HANGUL.search(korean)
    return not korean or lacks or sorted(PLACE.findall(text)) != sorted(PLACE.findall(korean))


def test_every_text_has_its_korean(app: Flask) -> None:
    known, _ = translations(ROOT / "translations")
    assert sorted(shown(app) - set(known)) == []


def test_no_korean_is_left_over(app: Flask) -> None:
    known, _ = translations(ROOT / "translations")
    assert sorted(f"{known[t].file}: {t}" for t in set(known) - shown(app)) == []


def test_every_text_stands_once() -> None:
    assert translations(ROOT / "translations")[1] == []


def test_every_translation_is_one() -> None:
    known, _ = translations(ROOT / "translations")
    assert sorted(text for text, said in known.items() if odd(text, said.korean)) == []


def test_each_of_these_is_found(tmp_path: Path) -> None:
    assert of_template('{{ _("One") }}{{ _("Two" if x else "Three") }}{{ _(name) }}') == {
        "One",
        "Two",
        "Three",
    }
    assert of_template('{% set a = _("Four %(n)s", n=1) %}') == {"Four %(n)s"}
    assert of_module('NAME = "Five"\nsay(lang, NAME)\ni18n.translate(lang, "Six")') == {
        "Five",
        "Six",
    }
    assert of_module('def f():\n    error = "Seven"\n') == {"Seven"}
    (tmp_path / "a.ko.po").write_text('msgid "Eight"\nmsgstr "여덟"\n')
    (tmp_path / "b.ko.po").write_text('msgid "Eight"\nmsgstr "팔"\n')
    assert translations(tmp_path)[1] == ["Eight in a.ko.po and b.ko.po"]
    assert odd("Nine", "Nine")
    assert odd("%(n)s left", "남음")
    assert not odd("%(n)s left", "%(n)s 남음")
