"""What a person decides of rejected rows: that one needs no mending, or that it does after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

import duckdb

from ingest import manifest, schema
from ingest.contract import REJECT_DECISIONS
from ingest.errors import IngestError
from ingest.exchange import Line
from ingest.mended import DISMISSED, OPEN
from ingest.schema import SCHEMA
from ingest.sql import idents
from ingest.transaction import transaction

REOPENED = "reopened"


class DecisionError(IngestError):
    """A decision that says nothing, or of a row that it cannot be made of."""


@dataclass(frozen=True)
class Decision:
    """One decision on a rejected row."""

    decision_id: int
    decided_at: datetime
    """UTC."""
    author: str
    decision: str
    """`dismissed` or `reopened`."""
    reason: str


def dismiss(connection: duckdb.DuckDBPyConnection, lines: Sequence[Line], *, author: str, reason: str) -> None:
    """Say of open ``lines`` that they need no mending; they stay what they are, and out of the books.

    Raises `DecisionError` where one is not open, or ``author`` or ``reason`` says nothing; nothing is written.
    """
    _decide(connection, lines, DISMISSED, author=author, reason=reason, of_state=OPEN)


def reopen(connection: duckdb.DuckDBPyConnection, lines: Sequence[Line], *, author: str, reason: str) -> None:
    """Say of dismissed ``lines`` that they want mending after all.

    Raises `DecisionError` where one is not dismissed, or ``author`` or ``reason`` says nothing; nothing is written.
    """
    _decide(connection, lines, REOPENED, author=author, reason=reason, of_state=DISMISSED)


def newest(connection: duckdb.DuckDBPyConnection, decision_ids: Sequence[int]) -> dict[int, Decision]:
    """Decisions by their numbers."""
    if not decision_ids:
        return {}
    found = connection.execute(
        f"select decision_id, decided_at, author, decision, reason from {SCHEMA}.reject_decisions "
        "where decision_id in (select unnest(?::integer[]))",
        [list(decision_ids)],
    ).fetchall()
    return {decision_id: Decision(decision_id, at.replace(tzinfo=UTC), *rest) for decision_id, at, *rest in found}


def _decide(
    connection: duckdb.DuckDBPyConnection,
    lines: Sequence[Line],
    decision: str,
    *,
    author: str,
    reason: str,
    of_state: str,
) -> None:
    if not author.strip() or not reason.strip():
        raise DecisionError("A decision on rejected rows needs a reason and a name: who says so, and why.")
    for line in lines:
        place = f"line {line.place.line} of {line.place.file} (load {line.place.load_id})"
        if line.state != of_state:
            raise DecisionError(f"{place} is {line.state}, not {of_state}: nothing was decided.")
        if line.content is None:
            raise DecisionError(f"{place} was kept without its text, by which it would be known again.")
    schema.create(connection)
    columns = [column.name for column in REJECT_DECISIONS.columns]
    now = datetime.now(UTC).replace(tzinfo=None)
    with transaction(connection):
        known = manifest.next_load_id(connection) - 1
        row = connection.execute(f"select coalesce(max(decision_id), 0) from {SCHEMA}.reject_decisions").fetchone()
        assert row is not None
        for number, line in enumerate(lines, start=int(row[0]) + 1):
            connection.execute(
                f"insert into {SCHEMA}.reject_decisions ({idents(columns)}) values ({', '.join('?' for _ in columns)})",
                [number, now, known, author.strip(), decision, reason.strip(), *astuple(line.place), line.content],
            )
