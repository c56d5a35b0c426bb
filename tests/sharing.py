"""What the many applications of a run share, so that each test does not pay for it anew: templates,
addresses and statements once they are compiled."""

from collections.abc import Callable
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
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self.codes:
            bucket.bytecode_from_string(self.codes[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = Compiled()


def install() -> None:
    """Let addresses and statements be compiled once for all applications of this process."""
    Rule._compile_builder = _compiled_once(Rule._compile_builder)  # type: ignore[method-assign]
    for dialect in DIALECTS:
        # What is compiled is kept by dialect, of which each engine makes one; here all are alike.
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
        dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    engines.create_engine = _kept_together(sa.create_engine)


def _compiled_once(compile_builder: Callable[[Rule, bool], Any]) -> Callable[[Rule, bool], Any]:
    """Make the way from a route's values to its address once for all applications of a run."""
    known: dict[Any, Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    return builder


def _kept_together(create_engine: Callable[..., sa.Engine]) -> Callable[..., sa.Engine]:
    """Give every engine of a dialect the same statements, compiled once."""
    known: dict[str, LRUCache[Any, Any]] = {}

    def create(*given: Any, **options: Any) -> sa.Engine:
        engine = create_engine(*given, **options)
        statements = known.setdefault(engine.dialect.name, LRUCache(MOST_STATEMENTS))
        engine.update_execution_options(compiled_cache=statements)
        return engine

    return create
