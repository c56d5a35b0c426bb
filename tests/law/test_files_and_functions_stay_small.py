"""A file fits in a head and a function on a screen."""

import ast
import json
import shutil
import subprocess

from tests.law.sources import PRODUCT, ROOT, FunctionNode, files, functions, name_of

FILE_MOST, FILE_P95 = 400, 250
FUNCTION_MOST, FUNCTION_P95 = 50, 25
VIEW_MOST = 15
VERBS = {"get", "post", "put", "patch", "delete", "route"}
FORBIDDEN = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "base", "misc"}
MAY_BE_BASE = {"templates/base.html", "templates/console/base.html", "static/src/map/base.ts"}
# Asks TypeScript's own parser, for braces in strings would fool any other reader.
LENGTHS = """
import ts from "typescript";
import { readFileSync } from "node:fs";
const found = {};
for (const path of process.argv.slice(2)) {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const line = (at) => file.getLineAndCharacterOfPosition(at).line;
  const look = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const name = `${path}:${line(node.getStart()) + 1}`;
      found[name] = line(node.getEnd()) - line(node.getStart()) + 1;
    }
    ts.forEachChild(node, look);
  };
  look(file);
}
process.stdout.write(JSON.stringify(found));
"""


def too_big(sizes: dict[str, int], p95: int, most: int) -> list[str]:
    """Return those above `most`, and the largest ones if more than 5 % are above `p95`."""
    over = [f"{name} has {size} lines" for name, size in sizes.items() if size > most]
    above = sorted(((size, name) for name, size in sizes.items() if size > p95), reverse=True)
    if len(above) > len(sizes) * 0.05:
        over += [f"{name} has {size} lines, one of too many above {p95}" for size, name in above]
    return over


def python_functions(name: str, text: str) -> dict[str, int]:
    """Return the lines of every function, without its decorators."""
    return {
        f"{name}:{one.lineno} {one.name}": (one.end_lineno or one.lineno) - one.lineno + 1
        for one in functions(ast.parse(text))
    }


def script_functions(paths: list[str]) -> dict[str, int]:
    """Return the lines of every function of TypeScript files."""
    node = shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")
    done = subprocess.run(
        [node, "--input-type=module", "-", *paths],
        input=LENGTHS,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, int] = json.loads(done.stdout)
    return found


def long_views(name: str, text: str) -> list[str]:
    """Return the views with more than fifteen lines, docstring aside."""
    wrong = []
    for one in functions(ast.parse(text)):
        if _is_view(one):
            size = (one.end_lineno or one.lineno) - one.lineno + 1 - _docstring(one)
            if size > VIEW_MOST:
                wrong.append(f"{name}:{one.lineno} {one.name} has {size} lines")
    return wrong


def _is_view(one: FunctionNode) -> bool:
    made = [d.func for d in one.decorator_list if isinstance(d, ast.Call)]
    return any(isinstance(f, ast.Attribute) and f.attr in VERBS for f in made)


def _docstring(one: FunctionNode) -> int:
    first = one.body[0]
    if ast.get_docstring(one) is None:
        return 0
    return (first.end_lineno or first.lineno) - first.lineno + 1


def forbidden_names(names: list[str]) -> list[str]:
    """Return paths with a part that says nothing."""
    wrong = []
    for name in names:
        parts = {part.split(".")[0].strip("_") for part in name.split("/")}
        if parts & FORBIDDEN and name not in MAY_BE_BASE:
            wrong.append(name)
    return wrong


def _sizes(*places: str, ending: str) -> dict[str, int]:
    return {
        name_of(path): len(path.read_text().splitlines()) for path in files(*places, ending=ending)
    }


def test_files_do() -> None:
    assert too_big(_sizes(*PRODUCT, ending=".py"), FILE_P95, FILE_MOST) == []
    assert too_big(_sizes("tests", "bench", ending=".py"), FILE_P95, FILE_MOST) == []
    assert too_big(_sizes("static/src", ending=".ts"), FILE_P95, FILE_MOST) == []


def test_functions_do() -> None:
    found: dict[str, int] = {}
    for path in files(*PRODUCT):
        found |= python_functions(name_of(path), path.read_text())
    assert too_big(found, FUNCTION_P95, FUNCTION_MOST) == []
    scripts = [name_of(path) for path in files("static/src", ending=".ts")]
    assert too_big(script_functions(scripts), FUNCTION_P95, FUNCTION_MOST) == []


def test_views_do() -> None:
    wrong = []
    for path in files("participation", "services"):
        wrong += long_views(name_of(path), path.read_text())
    assert wrong == []


def test_every_name_says_something() -> None:
    names = [name_of(path) for path in files("participation", "services", "tests", "bench")]
    names += [name_of(path) for path in files("templates", "static/src", ending="")]
    assert forbidden_names(names) == []


def test_what_is_too_big_is_found() -> None:
    assert too_big({"a": 401}, FILE_P95, FILE_MOST) != []
    assert too_big({"a": 26, "b": 3}, FUNCTION_P95, FUNCTION_MOST) != []
    assert too_big({str(n): 3 for n in range(40)} | {"a": 26}, 25, 50) == []
    long = "@pages.get('/')\ndef index():\n" + "    x = 1\n" * 15
    assert long_views("views.py", long) != []
    assert python_functions("views.py", long) == {"views.py:2 index": 16}
    assert forbidden_names(["services/web/util.py", "services/helpers/a.py"]) != []


def test_a_long_script_function_is_measured(tmp_path: object) -> None:
    path = f"{tmp_path}/long.ts"
    with open(path, "w") as file:
        file.write('function f() {\n  const s = "}";\n' + "  g();\n" * 60 + "}\n")
    assert list(script_functions([path]).values()) == [63]
