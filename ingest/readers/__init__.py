"""Readers, one module a format: a file becomes a relation of text columns, in the order of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import duckdb

from ingest.mapping import FileFormat, TableMapping
from ingest.readers import csv_file, jsonl_file, parquet_file, xlsx_file
from ingest.readers.reading import Reading


class Reader(Protocol):
    """What a module of this package offers."""

    def read_header(self, path: Path, file: FileFormat) -> list[str]:
        """The column names of a file."""
        ...

    def open_reading(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        mapping: TableMapping,
        file: FileFormat,
        number: int,
        folder: Path,
    ) -> Reading:
        """A file as a relation."""
        ...


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The column names of ``path``; raises `FileError` where it cannot be read as ``file`` says."""
    return _READERS[file.format].read_header(path, file)


def open_reading(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    mapping: TableMapping,
    file: FileFormat,
    number: int,
    folder: Path,
) -> Reading:
    """Make ``path`` readable as a relation. ``number`` keeps names apart, ``folder`` takes copies."""
    return _READERS[file.format].open_reading(connection, path, mapping, file, number, folder)


_READERS: dict[str, Reader] = {"csv": csv_file, "jsonl": jsonl_file, "parquet": parquet_file, "xlsx": xlsx_file}

__all__ = ["Reading", "open_reading", "read_header"]
