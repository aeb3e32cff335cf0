"""What a load did, for the command and for callers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

TAKEN_FATES = ("new", "changed", "unchanged")
FATES = (*TAKEN_FATES, "rejected")
"""What becomes of a row that is read."""

NOTHING = Decimal("0.00")


@dataclass
class Total:
    """Rows and amounts of one file, amount column and currency, by what became of them."""

    rows: dict[str, int] = field(default_factory=dict)
    """By fate: one of `FATES`, or `vanished` or `filtered`, which are apart."""
    amounts: dict[str, Decimal] = field(default_factory=dict)
    unknown: int = 0
    """Rejected rows whose amount cannot be read."""
    rejected_size: Decimal = NOTHING
    """Rejected amounts without their sign, so that a credit note does not make up for an invoice."""
    written: Decimal = NOTHING
    """Total of all rows, filtered ones too, with the signs of the file."""

    def add(self, fate: str, rows: int, amount: Decimal | None) -> None:
        """Count ``rows`` with their total ``amount`` under ``fate``."""
        self.rows[fate] = self.rows.get(fate, 0) + rows
        self.amounts[fate] = self.amounts.get(fate, NOTHING) + (amount or NOTHING)

    def rows_of(self, *fates: str) -> int:
        """Rows of these fates."""
        return sum(self.rows.get(fate, 0) for fate in fates)

    def amount_of(self, *fates: str) -> Decimal:
        """The total of the rows of these fates."""
        return sum((self.amounts.get(fate, NOTHING) for fate in fates), NOTHING)


@dataclass
class FileResult:
    """One file read into one canonical table. Amounts mix currencies: they are control totals, not figures."""

    source: str
    table_name: str
    slice: str
    path: Path
    file: str
    sha256: str
    status: Literal["loaded", "unchanged"] = "loaded"
    is_mended: bool = False
    """The file holds rejected rows that a person mended."""
    rows_mended_before: int = 0
    """Rejected rows that came just so before and were mended then."""
    as_of_on: date | None = None
    listed_on: date | None = None
    """Of mended rows of a list of open items: the day of that list, which the load may come after."""
    rows_read: int = 0
    rows_filtered: int = 0
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_vanished: int = 0
    rows_rejected: int = 0
    control_amount: Decimal | None = None
    rejected_amount: Decimal | None = None
    totals: dict[tuple[str, str], Total] = field(default_factory=dict)
    """By amount column and currency."""
    cursor_before: str | None = None
    """Of a query with a cursor: where it began."""
    cursor: str | None = None
    """Where it ended."""
    warnings: list[str] = field(default_factory=list)

    @property
    def cursor_value(self) -> str | None:
        """Where the next fetch begins: at the same place again while a row of this one was rejected."""
        return self.cursor_before if self.rows_rejected else self.cursor


@dataclass
class LoadReport:
    """One call of `ingest.loader.load`."""

    load_id: int | None
    """The load's number; none where nothing had changed."""
    files: list[FileResult]
    warnings: list[str] = field(default_factory=list)
    """What concerns the load as a whole: files left out, entities derived."""

    @property
    def status(self) -> Literal["loaded", "unchanged"]:
        """`unchanged` where every file was the same as last time: then nothing was written."""
        return "unchanged" if self.load_id is None else "loaded"

    @property
    def rows_rejected(self) -> int:
        """Rows not taken, over all files."""
        return sum(file.rows_rejected for file in self.files)
