"""What changes something says who and when, and leaves an audit row."""

import ast

from tests.law.sources import FunctionNode, calls, files, functions, name_of

# Nobody is known yet where someone signs in, and the demo city's cast settles by itself.
NOBODY_YET = {"request_code", "redeem_code", "join_by_identity", "ensure_cast"}
WHO = {"actor", "person_id"}
# Writes outside actions, each with its reason; a new one is an action, or says why it is none.
WRITES = {
    "participation/accounts/jobs.py": "forgets codes and sign-ins that ended: nobody acts",
    "participation/accounts/seeds.py": "made-up people of the demo city, audited as one",
    "participation/accounts/visits.py": "a visit leaves its hour on the sign-in, and no act",
    "participation/accounts/wiring.py": "what a withdrawn consent takes along; privacy audits it",
    "participation/alerts/jobs.py": "puts right what a clock put off that was ahead",
    "participation/alerts/telling.py": "notes who is told of what; the act was the report",
    "participation/demo/cli.py": "remembers that the made-up city was made",
    "participation/reports/clusters.py": "counts a report anew on the map, within actions",
    "participation/reports/followers.py": "who hears of a report, within actions that audit it",
    "participation/reports/forwarding/jobs.py": "puts off what waits for a body that is away",
    "participation/reports/forwarding/jobs_words.py": "puts off words for a body that is away",
    "participation/reports/forwarding/waits.py": "leases of what is on its way, within actions",
    "participation/reports/history/chain.py": "the steps of the public history, a trail itself",
    "participation/reports/history/jobs.py": "the day's head of the public history",
    "participation/reports/imports/arrivals.py": "rows of an action that audits the whole import",
    "participation/reports/news/visits.py": "who has read what is theirs alone to know",
    "participation/reports/open311/jobs.py": "leases of pictures that are being fetched",
    "participation/reports/open311/walk.py": "where a reader of pages is; no change of a report",
    "participation/reports/opening.py": "the one way a report comes into being, within actions",
    "participation/reports/photos/hanging.py": "which photos a report shows, within actions",
    "participation/reports/removals/keeping.py": "what an action deletes or puts back, and audits",
    "participation/reports/rough.py": "where a report really is, within actions that audit it",
    "participation/reports/routing/grounds.py": "which areas a report lies in, within actions",
    "participation/reports/stories.py": "a step for the stories of many, within actions",
}
CHANGING = {"add", "add_all", "delete", "merge"}
BULK = {"insert", "update", "delete"}


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


def writes(name: str, text: str) -> list[str]:
    """Return every place that changes rows: by the session, or by a statement of its own."""
    found = []
    for called, line in calls(ast.parse(text)):
        owner, _, method = called.rpartition(".")
        session = owner.split(".")[-1] in ("session", "_session") and method in CHANGING
        statement = called in BULK or (owner in ("sa", "sqlalchemy") and method in BULK)
        if session or statement or (owner.isupper() and method in BULK):
            found.append(f"{name}:{line} {called}")
    return found


def test_every_action_does() -> None:
    found = [path for path in files("participation") if path.name.startswith("actions")]
    assert found
    assert [
        wrong for path in found for wrong in actions_without_trace(name_of(path), path.read_text())
    ] == []


def test_an_action_without_trace_is_found() -> None:
    silent = "def paint(session, actor, *, at):\n    _all(session)\ndef _all(s):\n    s.add(1)\n"
    assert actions_without_trace("x/actions.py", silent) == [
        "x/actions.py:1 paint leaves no audit row"
    ]
    loud = silent + "    audit.record(s)\n"
    assert actions_without_trace("x/actions.py", loud) == []
    timeless = "def paint(session):\n    audit.record(session)\n"
    assert len(actions_without_trace("x/actions.py", timeless)) == 2


def test_what_writes_is_an_action_or_says_why_it_is_none() -> None:
    others = [path for path in files("participation") if not path.name.startswith("actions")]
    found = {name_of(path) for path in others if writes(name_of(path), path.read_text())}
    assert found - set(WRITES) == set()
    assert set(WRITES) - found == set(), "these write no more: take them from the list"


def test_a_write_is_found() -> None:
    for text in (
        "session.add(Report())\n",
        "self.session.delete(row)\n",
        "session.execute(update(Report).values(text=''))\n",
        "session.execute(sa.delete(Report))\n",
        "session.connection().execute(ENTRIES.insert(), rows)\n",
    ):
        assert writes("participation/x/views.py", text), text
    assert not writes("participation/x/views.py", "bar.update(3)\nseen.add(1)\n")
