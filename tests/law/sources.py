"""The product's own files, as the laws read them."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("app.py", "participation", "services")
PYTHON = (*PRODUCT, "migrations", "tests", "bench")
WRITTEN = (*PYTHON, "templates", "static/src", "docs", "tools", "translations")
# Made by tools or by others; nobody here wrote it.
GIVEN = {"__pycache__", "node_modules", ".venv"}
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Law = Callable[[str, str], list[str]]


def files(*places: str, ending: str = ".py") -> Iterator[Path]:
    """Yield every file below `places` (paths from the root) that ends with `ending`."""
    for place in places:
        path = ROOT / place
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        for one in found:
            if one.is_file() and one.name.endswith(ending) and not GIVEN & set(one.parts):
                yield one


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def broken(law: Law, *places: str, ending: str = ".py") -> list[str]:
    """Return what `law(name, text)` finds in every file below `places`."""
    found = files(*places, ending=ending)
    return [wrong for path in found for wrong in law(name_of(path), path.read_text())]


def functions(tree: ast.AST) -> list[FunctionNode]:
    return [node for node in ast.walk(tree) if isinstance(node, FunctionNode)]


def dotted(node: ast.AST) -> str:
    """Return "a.b.c" for a chain of names, or "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def calls(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield (dotted name, line) of every call inside `node`."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            yield dotted(one.func), one.lineno
