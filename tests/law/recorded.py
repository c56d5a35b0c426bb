"""What the product writes into the record of acts, as its own text names it."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache

from tests.law.sources import FunctionNode, dotted, files, functions

RECORDS = ("audit.record", "services.audit.record")
# How `audit.record(session, actor_id, verb, kind, ...)` is called.
VERB, KIND = 2, 3
NAMED = "__tablename__"
Details = dict[str, set[str] | None]


def verbs(text: str) -> tuple[set[str], list[int]]:
    """Return the verbs a module may record, and the lines that record one it does not tell.

    A verb that comes as a parameter is looked for where the function is called; one that comes
    under a name, where that name is given its value, in the tables and in the functions of the
    module that it is taken from.
    """
    return _recorded(text, VERB)


def kinds(text: str) -> tuple[set[str], list[int]]:
    """Return the kinds of what a module's acts are done to, found in the same way as verbs."""
    return _recorded(text, KIND)


def details(text: str) -> tuple[Details, list[int]]:
    """Return what a module's acts tell in detail, and the lines whose detail it does not tell.

    By each name stand the values the module itself gives; None where one of an enum is among them.
    """
    found: Details = {}
    untold: list[int] = []
    tree = ast.parse(text)
    for call, inside in _records(tree):
        for given in (one.value for one in call.keywords if one.arg == "detail"):
            told = list(_parts(given, inside))
            for key, value in told:
                _add(found, key, value, tree, inside)
            untold += [] if told else [call.lineno]
    return found, untold


def _add(found: Details, key: str, value: ast.expr, tree: ast.Module, inside: FunctionNode) -> None:
    known = found.setdefault(key, set())
    if isinstance(value, ast.Attribute) and value.attr == "value":
        found[key] = None
    elif known is not None:
        known |= set(_said(tree, value, inside))


def _parts(node: ast.expr, inside: FunctionNode) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names and the values of a table that is written down, or of two that are joined."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), value
    elif isinstance(node, ast.BinOp):
        yield from _parts(node.left, inside)
        yield from _parts(node.right, inside)
    elif isinstance(node, ast.Name):
        for value in _values(node.id, inside):
            yield from _parts(value, inside)


def _recorded(text: str, at: int) -> tuple[set[str], list[int]]:
    found: set[str] = set()
    untold: list[int] = []
    tree = ast.parse(text)
    for call, inside in _records(tree):
        told = set(_said(tree, call.args[at], inside))
        found |= told
        untold += [] if told else [call.lineno]
    return found, untold


def _records(tree: ast.Module) -> Iterator[tuple[ast.Call, FunctionNode]]:
    return (pair for pair in _calls(tree) if dotted(pair[0].func) in RECORDS)


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, FunctionNode]]:
    for function in functions(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                yield node, function


def _said(tree: ast.Module, node: ast.expr, inside: FunctionNode) -> Iterator[str]:
    """Yield the texts an expression may stand for."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _said(tree, node.body, inside)
        yield from _said(tree, node.orelse, inside)
    elif isinstance(node, ast.Name):
        yield from _given(tree, node.id, inside)
        for value in _values(node.id, inside):
            yield from _said(tree, value, inside)
    elif isinstance(node, ast.Subscript):
        yield from _texts(_table(tree, dotted(node.value)).values())
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript):
        yield from _of_functions(tree, dotted(node.func.value))
    elif isinstance(node, ast.Attribute) and node.attr != NAMED:
        yield from _keys(tree, node, inside)
    elif isinstance(node, ast.Attribute):
        yield from _texts([node])


def _given(tree: ast.Module, name: str, inside: FunctionNode) -> Iterator[str]:
    """Yield what callers give for a parameter, and what it is where they give nothing."""
    order = [one.arg for one in inside.args.args]
    if name not in order:
        return
    place = order.index(name)
    usual = dict(zip(order[::-1], inside.args.defaults[::-1], strict=False))
    if name in usual:
        yield from _texts([usual[name]])
    for call, caller in _calls(tree):
        if dotted(call.func) == inside.name:
            told = [one.value for one in call.keywords if one.arg == name]
            for value in (*call.args[place : place + 1], *told):
                yield from _said(tree, value, caller)


def _values(name: str, inside: FunctionNode) -> Iterator[ast.expr]:
    """Yield what a name is given within a function, alone or beside others."""
    for node in ast.walk(inside):
        if isinstance(node, ast.NamedExpr) and node.target.id == name:
            yield node.value
        for target in node.targets if isinstance(node, ast.Assign) else ():
            assert isinstance(node, ast.Assign)
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=True)
            else:
                pairs = zip([target], [node.value], strict=True)
            yield from (value for one, value in pairs if dotted(one) == name)


def _table(tree: ast.Module, name: str) -> dict[ast.expr | None, ast.expr]:
    """Return a table of the module."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Dict) and name in {dotted(one) for one in targets}:
            return dict(zip(value.keys, value.values, strict=True))
    return {}


def _keys(tree: ast.Module, node: ast.expr, inside: FunctionNode) -> Iterator[str]:
    """Yield what an expression must be since a table of the module is asked by it."""
    for one in ast.walk(inside):
        if isinstance(one, ast.Subscript) and dotted(one.slice) == dotted(node):
            yield from _texts(key for key in _table(tree, dotted(one.value)) if key)


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    """Yield the texts that are written down, or are the names of tables of the database."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Attribute) and node.attr == NAMED:
            yield _tables()[dotted(node.value)]


@cache
def _tables() -> dict[str, str]:
    """Return the names of all tables by those of their classes."""
    found = {}
    for path in files("participation", "services"):
        for node in ast.walk(ast.parse(path.read_text())):
            for line in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(line, ast.Assign) and dotted(line.targets[0]) == NAMED:
                    assert isinstance(node, ast.ClassDef)
                    assert isinstance(line.value, ast.Constant)
                    found[node.name] = str(line.value.value)
    return found


def _of_functions(tree: ast.Module, name: str) -> Iterator[str]:
    """Yield the texts that the functions of a table return; "" is none."""
    known = {one.name: one for one in functions(tree)}
    for value in _table(tree, name).values():
        inside = known.get(dotted(value))
        for node in ast.walk(inside) if inside else ():
            if isinstance(node, ast.Return) and node.value is not None:
                assert inside
                yield from filter(None, _said(tree, node.value, inside))
