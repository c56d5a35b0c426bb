"""The acts the product writes into the record, as its own text names them."""

import ast
from collections.abc import Iterator

from tests.law.sources import FunctionNode, dotted, functions

RECORDS = ("audit.record", "services.audit.record")
# How `audit.record(session, actor_id, verb, ...)` is called.
AT = 2


def verbs(text: str) -> tuple[set[str], list[int]]:
    """Return the verbs a module may record, and the lines that record one it does not tell.

    A verb that comes as a parameter is looked for where the function is called; one that comes
    under a name, where that name is given its value, in the tables and in the functions of the
    module that it is taken from.
    """
    found: set[str] = set()
    untold: list[int] = []
    tree = ast.parse(text)
    for call, inside in _calls(tree):
        if dotted(call.func) in RECORDS:
            told = set(_said(tree, call.args[AT], inside))
            found |= told
            untold += [] if told else [call.lineno]
    return found, untold


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
        yield from _named(tree, node.id, inside)
    elif isinstance(node, ast.Subscript):
        yield from _of_table(tree, dotted(node.value))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript):
        yield from _of_functions(tree, dotted(node.func.value))


def _given(tree: ast.Module, name: str, inside: FunctionNode) -> Iterator[str]:
    """Yield what callers give for a parameter."""
    order = [one.arg for one in inside.args.args]
    if name not in order:
        return
    place = order.index(name)
    for call, caller in _calls(tree):
        if dotted(call.func) == inside.name and len(call.args) > place:
            yield from _said(tree, call.args[place], caller)


def _named(tree: ast.Module, name: str, inside: FunctionNode) -> Iterator[str]:
    """Yield what a name is given within a function, alone or beside others."""
    for node in ast.walk(inside):
        if isinstance(node, ast.NamedExpr) and node.target.id == name:
            yield from _said(tree, node.value, inside)
        for target in node.targets if isinstance(node, ast.Assign) else ():
            assert isinstance(node, ast.Assign)
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=True)
            else:
                pairs = zip([target], [node.value], strict=True)
            for one, value in pairs:
                if dotted(one) == name:
                    yield from _said(tree, value, inside)


def _table(tree: ast.Module, name: str) -> list[ast.expr]:
    """Return the values of a table of the module."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Dict) and name in {dotted(one) for one in targets}:
            return value.values
    return []


def _of_table(tree: ast.Module, name: str) -> Iterator[str]:
    for value in _table(tree, name):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def _of_functions(tree: ast.Module, name: str) -> Iterator[str]:
    """Yield the texts that the functions of a table return; "" is none."""
    known = {one.name: one for one in functions(tree)}
    for value in _table(tree, name):
        inside = known.get(dotted(value))
        for node in ast.walk(inside) if inside else ():
            if isinstance(node, ast.Return) and node.value is not None:
                assert inside
                yield from filter(None, _said(tree, node.value, inside))
