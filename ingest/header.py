"""Which column of a file feeds which canonical column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.column_source import Composed, ConvertedAmount, Single, alternatives, fold, headers_of
from ingest.errors import FileError, nearest
from ingest.mapping import TableMapping
from ingest.projection import Wiring


@dataclass(frozen=True)
class Match:
    """A header held against a table's mapping."""

    sources: dict[str, Single]
    """Canonical column -> what feeds it, by the names the mapping gives the file's columns."""
    unmapped: tuple[str, ...]
    """Headers that feed nothing, in file order."""
    missing: tuple[str, ...]
    """Headers the mapping names for columns that may be absent, and are."""
    lacking: tuple[str, ...]
    """What the file cannot do without and lacks: headers, or canonical columns where the mapping is `*`."""

    @property
    def fits(self) -> bool:
        """Whether the file has all it needs."""
        return not self.lacking


def position_of(header: Sequence[str], name: str) -> int:
    """Where ``name`` stands in ``header``."""
    return [fold(other) for other in header].index(fold(name))


def unpivoted(mapping: TableMapping, header: Sequence[str]) -> tuple[str, ...]:
    """The columns rows have after `unpivot`; the header itself where there is none."""
    if mapping.unpivot is None:
        return tuple(header)
    return (*mapping.unpivot.keep, mapping.unpivot.name, mapping.unpivot.value)


def match(mapping: TableMapping, header: Sequence[str]) -> Match:
    """Hold ``header`` (as the file has it, before any unpivot) against ``mapping``."""
    present = {fold(name): name for name in header if name.strip()}
    lacking = [name for name in mapping.header if fold(name) not in present]
    if mapping.unpivot is not None:
        lacking += [name for name in mapping.unpivot.keep if fold(name) not in present]
        used = set(present.values())
        present = {fold(name): name for name in unpivoted(mapping, header)}
    else:
        used = set()
    required = {name for name in mapping.target.required_columns if name not in mapping.constants}
    sources: dict[str, Single] = {}
    missing: list[str] = []
    for name, wanted in _wanted(mapping).items():
        chosen = next((one for one in wanted if all(fold(source) in present for source in headers_of(one))), None)
        if chosen is not None:
            sources[name] = chosen
            used.update(present[fold(source)] for source in headers_of(chosen))
        elif name in required:
            lacking.append(headers_of(wanted[0])[0])
        elif mapping.columns != "*":
            missing += [source for source in headers_of(wanted[0]) if fold(source) not in present]
    printed = mapping.printed.headers if mapping.printed is not None else ()
    for name in (*printed, *(header for rule in mapping.filters for header in rule.headers)):
        if fold(name) in present:
            used.add(present[fold(name)])
        else:
            lacking.append(name)
    control = mapping.control_date.column if mapping.control_date else None
    if control is not None:
        used.update(present[key] for key in [fold(control)] if key in present)
        lacking += [control] if fold(control) not in present else []
    unmapped = tuple(name for name in header if name.strip() and name not in used)
    return Match(sources, unmapped, tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(lacking)))


def wire(mapping: TableMapping, header: Sequence[str], file: str) -> Wiring:
    """Positions in ``header`` of what ``mapping`` names; raises `FileError` where the file lacks what it must have."""
    found = match(mapping, header)
    if not found.fits:
        raise FileError(_lacking_message(mapping, header, found, file))
    names = unpivoted(mapping, header)
    folded = [fold(name) for name in names]
    fed = {header for source in found.sources.values() for header in headers_of(source)}
    printed = mapping.printed.headers if mapping.printed is not None else ()
    for used in {*fed, *printed, *(name for rule in mapping.filters for name in rule.headers)}:
        if folded.count(fold(used)) > 1:
            raise FileError(f"{file}: two columns are called '{used}'; rename one of them in the file")
    position = {name: folded.index(name) for name in folded}
    amounts: dict[str, tuple[int, int]] = {}
    composed: dict[str, tuple[Composed, tuple[int, ...]]] = {}
    columns: dict[str, int] = {}
    for name, source in found.sources.items():
        if isinstance(source, str):
            columns[name] = position[fold(source)]
        elif isinstance(source, ConvertedAmount):
            amounts[name] = (position[fold(source.amount)], position[fold(source.rate)])
        else:
            composed[name] = (source, tuple(position[fold(header)] for header in source.headers))
    filters = tuple(position[fold(rule.column)] for rule in mapping.filters)
    others = [rule.differs_from for rule in mapping.filters if rule.differs_from is not None]
    return Wiring(columns, amounts, composed, filters, {name: position[fold(name)] for name in others})


def header_warnings(mapping: TableMapping, header: Sequence[str]) -> list[str]:
    """What in a header is not as the mapping expects, though the file can be read."""
    found = match(mapping, header)
    warnings = []
    if found.missing:
        warnings.append(f"columns of the mapping that the file lacks: {', '.join(found.missing)}")
    if found.unmapped and mapping.columns == "*":
        unused = [column.name for column in mapping.target.columns if column.name not in found.sources]
        names = ", ".join(f"{name}{nearest(name, unused)}" for name in found.unmapped)
        warnings.append(f"columns that are not canonical, not read: {names}")
    return warnings


def _wanted(mapping: TableMapping) -> dict[str, tuple[Single, ...]]:
    """Canonical column -> what may feed it; the first whose headers are all there does."""
    if mapping.columns == "*":
        columns = {column.name: (column.name, *column.aliases) for column in mapping.target.columns}
        columns |= {name: (name,) for name in mapping.helper_columns}
        return {name: wanted for name, wanted in columns.items() if name not in mapping.constants}
    return {name: alternatives(source) for name, source in mapping.columns.items()}


def _lacking_message(mapping: TableMapping, header: Sequence[str], found: Match, file: str) -> str:
    present = [name for name in header if name.strip()]
    lines = [f"{file}: a {mapping.table} file must have what this one lacks:"]
    lines += [f"  column '{name}'{nearest(name, found.unmapped) or nearest(name, present)}" for name in found.lacking]
    lines.append(f"  it has: {', '.join(present) or 'no column names at all'}")
    lines.append("Rename the column in the file, or map it in a source mapping (docs/mappings.md).")
    return "\n".join(lines)
