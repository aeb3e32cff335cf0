"""What lists of open items say, day by day."""

from __future__ import annotations

from ingest.contract.ledger import INVOICE_TYPES
from ingest.contract.table import Column, ColumnType, Table

OPEN_ITEM_BALANCES = Table(
    "open_item_balances",
    "What lists of open items say is open of a document: one row a document and list day on which that is new or other "
    "than on the list before. A document that is no longer listed has nothing open from that day on.",
    ("entity_id", "document_type", "invoice_id", "listed_on"),
    (
        Column("entity_id", ColumnType.TEXT, "The legal entity the customer owes.", required=True),
        Column("document_type", ColumnType.TEXT, "What the document is.", required=True, values=INVOICE_TYPES),
        Column("invoice_id", ColumnType.TEXT, "The document's number in the source.", required=True),
        Column("listed_on", ColumnType.DATE, "The day the list speaks of.", required=True),
        Column(
            "open_amount",
            ColumnType.AMOUNT,
            "What is open from that day on until the next row's, in the document's currency, signed as in `invoices`.",
            required=True,
        ),
    ),
)

LISTED: tuple[Table, ...] = (OPEN_ITEM_BALANCES,)
"""Histories the loader derives from files beside the canonical tables: with lineage, and never mapped to."""
