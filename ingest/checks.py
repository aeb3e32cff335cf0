"""What a row must hold to be taken, beyond being readable: codes, signs, currencies, order of days."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.contract import Column, ColumnType, Table
from ingest.sql import ident, text, texts

POSITIVE_TYPES, NEGATIVE_TYPES = ("invoice", "debit_note"), ("credit_note", "write_off")


@dataclass(frozen=True)
class Fault:
    """A rule a row can break. All but ``column`` is SQL over the columns of a projection.

    ``condition`` is true for rows that break the rule; ``reason`` and ``value`` are the texts reported.
    """

    column: str
    condition: str
    reason: str
    value: str


def table_faults(table: Table) -> list[Fault]:
    """The rules whose breach rejects a row of ``table``."""
    faults = [fault for column in table.columns for fault in _column_faults(column)]
    if table.name == "invoices":
        faults += [
            Fault(
                "amount",
                f"(amount < 0 and document_type in ({texts(POSITIVE_TYPES)})) "
                f"or (amount > 0 and document_type in ({texts(NEGATIVE_TYPES)}))",
                "'has the wrong sign for a document of type ' || document_type",
                "t_amount",
            ),
        ]
    if table.name == "payments":
        faults.append(
            Fault("amount", "amount < 0", "'is negative; payments are positive, whatever their type'", "t_amount")
        )
    if table.name == "ledger_lines":
        faults.append(
            Fault(
                "debit",
                "t_debit is null and t_credit is null",
                "'is empty, and so is the credit'",
                "cast(null as varchar)",
            )
        )
    if "base_amount" in table.column_by_name:
        faults.append(
            Fault(
                "base_amount",
                "(base_amount < 0 and amount > 0) or (base_amount > 0 and amount < 0)",
                "'has the other sign than amount'",
                "cast(base_amount as varchar)",
            )
        )
    return faults


def table_warnings(table: Table) -> list[Fault]:
    """The rules whose breach is reported while the row is taken; over canonical columns only."""
    if table.name != "invoices":
        return []
    return [
        Fault(
            "due_on",
            "due_on < invoiced_on",
            "'is before the document''s own day, ' || cast(invoiced_on as varchar)",
            "cast(due_on as varchar)",
        )
    ]


def _column_faults(column: Column) -> list[Fault]:
    name, value = ident(column.name), f"cast({ident(column.name)} as varchar)"
    faults = []
    if column.values:
        # Comparisons one by one: a longer `not in` becomes a join, which costs more than all other checks.
        unknown = " and ".join(f"{name} <> {text(code)}" for code in column.values)
        faults.append(Fault(column.name, unknown, text(f"is none of: {', '.join(column.values)}"), value))
    if column.name == "currency" or column.name.endswith("_currency"):
        faults.append(
            Fault(
                column.name,
                f"not ({name} glob '[A-Z][A-Z][A-Z]')",
                "'is not an ISO currency code of three capitals'",
                value,
            )
        )
    if column.type is ColumnType.RATE:
        faults.append(Fault(column.name, f"{name} <= 0", "'is not above zero'", f"t_{column.name}"))
    if column.type is ColumnType.SHARE:
        faults.append(
            Fault(column.name, f"{name} not between 0 and 1", "'is not a share between 0 and 1'", f"t_{column.name}")
        )
    if column.name == "instalment_no":
        faults.append(Fault(column.name, f"{name} < 1", "'is below 1'", f"t_{column.name}"))
    return faults
