"""What changes something says who and when, leaves an audit row, and never commits."""

import ast

from tests.law.sources import FunctionNode, broken, calls, files, functions, name_of

# Nobody is known yet where someone signs in, and the demo city's cast settles by itself.
NOBODY_YET = {"request_code", "redeem_code", "join_by_identity", "ensure_cast"}
WHO = {"actor", "person_id"}
MAY_COMMIT = ("services/web/", "services/db/")


def actions_without_trace(name: str, text: str) -> list[str]:
    """Return the public actions of a module that never reach `audit.record`, or lack who or when.

    A seed of past reports is no action: it stands in feeds.
    """
    tree = ast.parse(text)
    known = {one.name: one for one in functions(tree)}
    wrong = []
    for action in (one for one in tree.body if isinstance(one, FunctionNode)):
        if action.name.startswith("_"):
            continue
        arguments = {a.arg for a in (*action.args.args, *action.args.kwonlyargs)}
        if "at" not in arguments:
            wrong.append(f"{name}:{action.lineno} {action.name} does not say when")
        if not arguments & WHO and action.name not in NOBODY_YET:
            wrong.append(f"{name}:{action.lineno} {action.name} does not say who")
        if not _audits(action, known, set()):
            wrong.append(f"{name}:{action.lineno} {action.name} leaves no audit row")
    return wrong


def _audits(action: FunctionNode, known: dict[str, FunctionNode], seen: set[str]) -> bool:
    seen.add(action.name)
    for called, _ in calls(action):
        if called in ("audit.record", "services.audit.record"):
            return True
        if called in known and called not in seen and _audits(known[called], known, seen):
            return True
    return False


def commits(name: str, text: str) -> list[str]:
    """Return every place that commits, outside the two that may."""
    if name.startswith(MAY_COMMIT):
        return []
    return [
        f"{name}:{line} commits"
        for called, line in calls(ast.parse(text))
        if called.split(".")[-1] == "commit"
    ]


def test_every_action_does() -> None:
    found = [path for path in files("participation") if path.name.startswith("actions")]
    assert found
    assert [
        wrong for path in found for wrong in actions_without_trace(name_of(path), path.read_text())
    ] == []


def test_nothing_commits_on_its_own() -> None:
    assert broken(commits, "app.py", "participation", "services") == []


def test_an_action_without_trace_is_found() -> None:
    silent = "def paint(session, actor, *, at):\n    _all(session)\ndef _all(s):\n    s.add(1)\n"
    assert actions_without_trace("x/actions.py", silent) == [
        "x/actions.py:1 paint leaves no audit row"
    ]
    loud = silent + "    audit.record(s)\n"
    assert actions_without_trace("x/actions.py", loud) == []
    timeless = "def paint(session):\n    audit.record(session)\n"
    assert len(actions_without_trace("x/actions.py", timeless)) == 2


def test_a_commit_is_found() -> None:
    assert commits("participation/x/actions.py", "session.commit()\n") != []
    assert commits("services/db/__init__.py", "session.commit()\n") == []
