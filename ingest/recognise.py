"""Which mapping reads a file, told by its header and its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest import catalogue
from ingest.errors import FileError, IngestError, MappingError, nearest
from ingest.files import SUFFIXES
from ingest.header import Match, match
from ingest.mapping import FileFormat, Mapping, TableMapping
from ingest.readers import check_header, read_header
from ingest.readers.xml_file import RefusedXmlError
from ingest.resolve import resolve


@dataclass(frozen=True)
class Candidate:
    """A table of a mapping held against a file."""

    mapping: Mapping
    table: TableMapping
    found: Match
    named: bool
    """Whether the file's name is one the mapping expects."""

    @property
    def fits(self) -> bool:
        """Whether the file has all columns needed and, where its name tells nothing, is mostly of known columns."""
        return self.found.fits and (self.named or len(self.found.sources) > len(self.found.unmapped))

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Better fits are greater: the name, then columns used, then few columns left over."""
        return self.named, len(self.found.sources), -len(self.found.unmapped)


@dataclass(frozen=True)
class Recognition:
    """The mapping that reads a file; ``table`` is the first of the canonical tables it fills."""

    mapping: Mapping
    tables: tuple[TableMapping, ...]
    why: str

    @property
    def source(self) -> str:
        """The mapping's name."""
        return self.mapping.name

    @cached_property
    def table(self) -> str:
        """The canonical table, or the first of several, the file is read into."""
        return self.tables[0].table


def format_of(path: Path, mapping: Mapping, table: TableMapping, *, whole: bool = False) -> FileFormat:
    """How ``path`` is read: as the mapping says, the kind of file by its suffix where the mapping reads CSV.

    Where the mapping allows several encodings or delimiters, the ones found at the file's beginning; with ``whole``
    all of the file is looked at.
    """
    file = mapping.format_of(table)
    suffix = SUFFIXES.get(path.suffix.lower(), "csv")
    if file.format == "csv" and not file.fields and suffix != "csv":
        return file.model_copy(update={"format": suffix})
    return resolve(path, file, whole=whole) if file.is_text else file


def name_fits(path: Path, table: TableMapping) -> bool:
    """Whether the file's name is one ``table`` expects; a mapping without a pattern expects none in particular."""
    return table.file_name is not None and re.search(table.file_name, path.name) is not None


def candidates(path: Path, mappings: Sequence[Mapping]) -> list[Candidate]:
    """Every table of ``mappings`` held against the file, those whose format it has not left out.

    Raises `FileError` where it has the format of none.
    """
    found: list[Candidate] = []
    headers: dict[FileFormat, list[str] | FileError] = {}
    for mapping in mappings:
        for table in mapping.tables:
            file = format_of(path, mapping, table)
            if file not in headers:
                headers[file] = _header(path, file)
            header = headers[file]
            if not isinstance(header, FileError):
                found.append(Candidate(mapping, table, match(table, header), name_fits(path, table)))
    suffix = SUFFIXES.get(path.suffix.lower(), "csv")
    # The most telling fault is one that no mapping would help, else that of the file's own format, by a mapping of no
    # particular XML.
    for _, error in sorted(
        headers.items(),
        key=lambda pair: (pair[0].format != suffix, not isinstance(pair[1], RefusedXmlError), pair[0].rows is not None),
    ):
        if not found and isinstance(error, FileError):
            raise error
    return found


def _header(path: Path, file: FileFormat) -> list[str] | FileError:
    try:
        return read_header(path, file)
    except FileError as error:
        return error


def _refuse_unreadable(path: Path, mappings: Sequence[Mapping]) -> None:
    """Raise what kept a mapping that expects the file's name from reading its header."""
    for mapping in mappings:
        for table in mapping.tables:
            header = _header(path, format_of(path, mapping, table)) if name_fits(path, table) else []
            if isinstance(header, FileError):
                raise header


def recognise(path: Path, mappings: Sequence[Mapping] | None = None) -> Recognition:
    """The mapping (of ``mappings``, else the built-in ones) that reads ``path``, and why.

    A mapping fits where the file has all columns it cannot do without. Of several, the one that expects the
    file's name wins, then the one that uses more of its columns; without an expected name most columns must be used.
    Raises `MappingError` where none fits or
    two fit equally well, and `FileError` where the file is empty or unreadable.
    """
    mappings = catalogue.built_in() if mappings is None else mappings
    all_found = candidates(path, mappings)
    fitting = [candidate for candidate in all_found if candidate.fits]
    if not fitting:
        _refuse_unreadable(path, mappings)
        for candidate in all_found:
            file = format_of(path, candidate.mapping, candidate.table)
            if candidate.named or len(mappings) == 1:
                check_header(path, file, read_header(path, file))
        raise MappingError(_none_fits(path, all_found))
    best = max(fitting, key=lambda candidate: candidate.rank)
    # Tables filled from one file (an invoice list that also tells the customers) share a mapping and a file name.
    same = [
        candidate
        for candidate in all_found
        if candidate.found.fits
        and candidate.mapping is best.mapping
        and candidate.table.file_name == best.table.file_name
    ]
    together = same if best.table.file_name is not None else [best]
    rivals = [
        candidate
        for candidate in fitting
        if candidate.rank == best.rank and all(candidate is not chosen for chosen in together)
    ]
    if rivals:
        names = ", ".join(f"{rival.mapping.name} ({rival.table.table})" for rival in [best, *rivals])
        raise MappingError(f"{path.name}: fits several mappings equally well: {names}. Say which: --source NAME.")
    why = f"its header has all that {best.mapping.name} needs for {', '.join(c.table.table for c in together)}"
    if best.named:
        why += ", and its name is the expected one"
    return Recognition(best.mapping, tuple(candidate.table for candidate in together), why)


def recognise_as(path: Path, mapping: Mapping) -> Recognition:
    """The tables of ``mapping`` that read ``path``; raises `MappingError` naming what the file lacks."""
    try:
        found = recognise(path, [mapping])
    except MappingError:
        if len(mapping.tables) > 1:
            raise
        # One table only: the loader's own error names the missing columns.
        return Recognition(mapping, mapping.tables, f"--source {mapping.name}")
    return Recognition(mapping, found.tables, f"--source {mapping.name}; {found.why}")


def expected_by_name(path: Path, mappings: Sequence[Mapping] | None = None) -> bool:
    """Whether some mapping expects a file of this name."""
    return any(
        name_fits(path, table)
        for mapping in (catalogue.built_in() if mappings is None else mappings)
        for table in mapping.tables
    )


def _none_fits(path: Path, found: Sequence[Candidate]) -> str:
    closest = sorted(
        found, key=lambda candidate: (candidate.named, -len(candidate.found.lacking), candidate.rank), reverse=True
    )[:3]
    lines = [f"{path.name}: no source mapping fits. Nearest:"]
    for candidate in closest:
        lacking = ", ".join(
            f"'{name}'{nearest(name, candidate.found.unmapped)}" for name in candidate.found.lacking[:5]
        )
        lines.append(f"  {candidate.mapping.name} ({candidate.table.table}) lacks {lacking}")
    lines.append(
        f"`encours inspect {path.name} --draft my_erp.yml` drafts a mapping from its columns; once you have looked "
        "through it (docs/mappings.md): `encours load … --source my_erp.yml`."
    )
    return "\n".join(lines)


__all__ = ["IngestError", "Recognition", "candidates", "expected_by_name", "format_of", "recognise", "recognise_as"]
