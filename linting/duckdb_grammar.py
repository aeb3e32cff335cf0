"""Teach sqlfluff 4.4 two things DuckDB reads and its `duckdb` dialect does not, instead of hiding parse errors.

* ``group by grouping sets (…)``: the dialect's own `group by` forgets what it inherits.
* ``lambda entry, i: …``: a lambda with more than one parameter.

A sqlfluff plugin: the entry point in ``pyproject.toml`` has it imported before any dialect is used.
"""

from __future__ import annotations

from sqlfluff.core.parser import Delimited, OneOf, Ref, Sequence
from sqlfluff.dialects import dialect_duckdb

dialect_duckdb.GroupByClauseSegment.match_grammar = OneOf(
    Sequence("GROUP", "BY", Ref("GroupingSetsClauseSegment")),
    dialect_duckdb.GroupByClauseSegment.match_grammar,
)
dialect_duckdb.LambdaExpressionSegment.match_grammar = OneOf(
    dialect_duckdb.LambdaExpressionSegment.match_grammar,
    Sequence(
        "LAMBDA",
        Delimited(Ref("ParameterNameSegment")),
        Ref("ColonSegment"),
        Ref("ExpressionSegment"),
    ),
)
