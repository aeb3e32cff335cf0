"""The passport of the published figures, in words: what a reader must know of any file made from them."""

from __future__ import annotations

from collections.abc import Sequence

from audit.marts import Marts, Row
from audit.tables import Fact
from encours.errors import EncoursError

NAMES = {
    "build_id": "Build",
    "code_version": "Code version",
    "policy_hash": "Policy hash",
    "as_of_on": "As of",
    "known_at_load_id": "Known at load",
    "loads": "Loads",
    "last_loaded_at": "Last loaded (UTC)",
    "unexplained_gl_amount": "Unexplained difference to the control accounts",
    "tie_out_status": "Tie to the control accounts",
    "stated_allocations_rate": "Share of allocations stated",
    "lettered_allocations_rate": "Share of allocations lettered",
    "matched_allocations_rate": "Share of allocations matched",
    "fifo_allocations_rate": "Share of allocations FIFO",
    "inferred_allocations_rate": "Share of allocations inferred",
    "given_due_days_rate": "Share of due days given",
    "assumed_due_days_rate": "Share of due days assumed",
    "are_due_days_assumed": "Due days assumed beyond the policy's share",
    "rejected_amount": "Rejected amount",
    "rejected_rows_count": "Rejected rows",
    "exceptions_count": "Exceptions listed",
    "headline_dso": "DSO shown first",
    "is_made_up": "Made-up data",
    "tests_passed_count": "Tests passed",
    "tests_failed_count": "Tests failed",
}
"""What readers of files call the columns of `rpt_passport`: all of them, in this order."""


def facts(marts: Marts) -> list[Fact]:
    """Name and value of each line of the passport, and the file it is of.

    Raises:
        EncoursError: the file's passport lacks a line.
    """
    return told(marts.rows("select * from rpt_passport"), marts.file)


def told(rows: Sequence[Row], file: str) -> list[Fact]:
    """The same of the rows of `rpt_passport`, of the published file of this name.

    Raises:
        EncoursError: the passport lacks a line.
    """
    missing = [name for name in NAMES if len(rows) != 1 or name not in rows[0]]
    if missing:
        raise EncoursError(f"{file}: the passport has no {missing[0]}; build and publish again.")
    return [*((words, rows[0][name]) for name, words in NAMES.items()), ("Published file", file)]
