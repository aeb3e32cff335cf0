"""Readers, one module a format: a file becomes a relation of text columns, in the order of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import duckdb

from ingest.mapping import FileFormat
from ingest.readers import csv_file, jsonl_file, parquet_file, record_file, xlsx_file, xml_file
from ingest.readers.reading import Reading, Request


class Reader(Protocol):
    """What a module of this package offers."""

    def read_header(self, path: Path, file: FileFormat) -> list[str]:
        """The column names of a file."""
        ...

    def open_reading(self, connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
        """A file as a relation."""
        ...


_READERS: dict[str, Reader] = {
    "csv": csv_file,
    "jsonl": jsonl_file,
    "parquet": parquet_file,
    "xlsx": xlsx_file,
    "xml": xml_file,
}


def _reader(file: FileFormat) -> Reader:
    return record_file if file.fields else _READERS[file.format]


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The column names of ``path``; raises `FileError` where it cannot be read as ``file`` says."""
    return _reader(file).read_header(path, file)


def check_header(path: Path, file: FileFormat, header: list[str]) -> None:
    """Raise `FileError` where ``header`` shows that the file is split by another delimiter than ``file`` says."""
    if file.format == "csv" and not file.fields:
        csv_file.check_delimiter(path, file, header)


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Make a file readable as a relation; raises `FileError` where it cannot be read as its mapping says."""
    return _reader(request.file).open_reading(connection, request)


__all__ = ["Reading", "Request", "check_header", "open_reading", "read_header"]
