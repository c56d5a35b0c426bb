"""What the many applications of a run share, so that each test does not pay for it anew: templates,
addresses and statements once they are compiled."""

from collections.abc import Callable
from types import CodeType
from typing import Any

import jinja2
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from services.db import engine as engines

DIALECTS = (SQLiteDialect_pysqlite, PGDialect_psycopg)
MOST_STATEMENTS = 4000


class Compiled(jinja2.BytecodeCache):
    """Templates compiled once for every application of a run, not once for each."""

    def __init__(self) -> None:
        self.codes: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self.codes:
            bucket.code = self.codes[bucket.key]

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        assert bucket.code is not None
        self.codes[bucket.key] = bucket.code


TEMPLATES = Compiled()


def install() -> None:
    """Let addresses and statements be compiled once for all applications of this process."""
    Rule.compile = _compiled_once(Rule.compile)  # type: ignore[method-assign]
    for dialect in DIALECTS:
        # What is compiled is kept by dialect, of which each engine makes one; here all are alike.
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
        dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    engines.create_engine = _kept_together(sa.create_engine)


def _compiled_once(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """Read a route's pattern, and make the way to its address, once for all applications of a run.

    The tables of rules that share them are alike: each application makes its own the same way.
    """
    known: dict[Any, Rule] = {}

    def compiled(rule: Rule) -> None:
        key = (rule.rule, repr(rule.defaults), rule.subdomain, rule.host, rule.merge_slashes)
        if key not in known:
            compile_rule(rule)
            known[key] = rule
            return
        first = known[key]
        rule._parts, rule._trace = first._parts, first._trace
        rule._converters, rule.arguments = first._converters, first.arguments
        rule._build = first._build.__func__.__get__(rule, None)  # type: ignore[attr-defined]
        rule._build_unknown = first._build_unknown.__func__.__get__(rule, None)  # type: ignore[attr-defined]

    return compiled


def _kept_together(create_engine: Callable[..., sa.Engine]) -> Callable[..., sa.Engine]:
    """Give every engine of a dialect the same statements, compiled once."""
    known: dict[str, LRUCache[Any, Any]] = {}

    def create(*given: Any, **options: Any) -> sa.Engine:
        engine = create_engine(*given, **options)
        statements = known.setdefault(engine.dialect.name, LRUCache(MOST_STATEMENTS))
        engine.update_execution_options(compiled_cache=statements)
        return engine

    return create
