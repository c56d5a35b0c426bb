"""What a statement says of the way it is to be read; its answer is the same."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class unsought(FunctionElement[Any]):  # noqa: N801  it stands in statements as a function does
    """A column as it stands, by whose own index SQLite does not look rows up.

    SQLite plans without figures of what is stored, and takes any value it is asked for to be rare:
    for what nearly every row has it would gather nearly every row, and sort them.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unsought)
def _as_it_stands(element: unsought, compiler: Any, **given: Any) -> str:
    return compiler.process(element.clauses, **given)  # type: ignore[no-any-return]


@compiles(unsought, "sqlite")
def _with_a_sign(element: unsought, compiler: Any, **given: Any) -> str:
    return f"+{compiler.process(element.clauses, **given)}"
