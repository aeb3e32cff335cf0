"""What a load did, for the command and for callers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal


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
    as_of_on: date | None = None
    rows_read: int = 0
    rows_filtered: int = 0
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_vanished: int = 0
    rows_rejected: int = 0
    control_amount: Decimal | None = None
    rejected_amount: Decimal | None = None
    warnings: list[str] = field(default_factory=list)


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
