"""Rejected rows taken out, mended as a person would, and loaded again."""

from __future__ import annotations

import csv
from pathlib import Path

from ingest import exchange
from ingest.report import LoadReport
from tests.ingest.extracts import Extracts


def exported(extracts: Extracts, *replaced: tuple[str, str]) -> list[Path]:
    """The files of all open rejects, with texts replaced in each."""
    chosen = [line for line in exchange.lines(extracts.connection) if line.state == "open"]
    written = exchange.export(extracts.connection, chosen, extracts.folder / "rejects.csv")
    for path, _ in written:
        text = path.read_text(encoding="utf-8-sig")
        for before, after in replaced:
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8")
    return [path for path, _ in written]


def rows_of(path: Path) -> list[list[str]]:
    """Its rows, the header first, split by commas."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def reload(extracts: Extracts, path: Path) -> LoadReport:
    """Load a mended file."""
    return exchange.reload(extracts.connection, path, lambda _: None)


def states(extracts: Extracts) -> list[tuple[int, str, int, str]]:
    """Load, table, line and state of every rejected line."""
    return [
        (line.place.load_id, line.place.table_name, line.place.line, line.state)
        for line in exchange.lines(extracts.connection)
    ]
