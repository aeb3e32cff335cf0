"""`encours diff`: what two loads knew, held against each other: which documents moved which figures.

Documents are compared in the raw history, at once. Figures want the models at both states of knowledge, as of one day
that both know: two light builds without tests, kept in `build/diff/` and used again while models and policy stay.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import duckdb

from encours import console, files, loads, sheets, stamp, warehouse
from encours.build import BuildRequest, build
from encours.errors import BuildFailedError, EncoursError
from encours.kept import SQL
from encours.settings import Settings
from encours.stamp import BuildKind, BuildState
from ingest.compare import ADDED, WITHDRAWN, Difference, differences

MODELS = (
    "+rpt_publications",
    "+rpt_reported_kpis",
    "+fct_kpis",
    "+fct_item_intervals",
    "+fct_receivable_items",
    "+dim_customers",
)
"""What comparing documents and figures reads."""

COLUMNS = (
    *("part", "entity_id", "measure", "table_name", "document", "customer_id", "what"),
    *("before", "after", "difference", "changes", "file", "load_id"),
)
"""The columns of the CSV file: `row` is a row of the raw history, `figure` a figure, `document` a document's part."""


@dataclass(frozen=True)
class Figure:
    """A figure of the day that the two loads say differently; ``documents`` is the sum of its documents' parts."""

    entity_id: str
    measure: str
    before: Decimal | None
    after: Decimal | None
    difference: Decimal
    is_a_sum: bool
    documents: Decimal
    documents_count: int


@dataclass(frozen=True)
class Moved:
    """What one document moved of one figure, reporting currency."""

    entity_id: str
    measure: str
    document_id: str
    customer_id: str
    reason: str
    difference: Decimal


@dataclass(frozen=True)
class Figures:
    """The figures of one day that moved, and the documents behind them."""

    day: date
    reporting_currency: str
    figures: list[Figure]
    documents: list[Moved]

    @property
    def unexplained(self) -> list[Figure]:
        """Figures that are sums and whose documents do not add up to the difference: there should be none."""
        return [each for each in self.figures if each.is_a_sum and each.difference != each.documents]


class _Aside(Settings):
    """The settings of a light build: its artefacts lie apart, so that those of the last build stay."""

    @cached_property
    def artefacts(self) -> Path:
        return self.home / "target" / "diff"


def diff_and_tell(settings: Settings, before: int, after: int, *, rows_only: bool, most: int, out: Path | None) -> None:
    """Print, or write to ``out`` (.csv), which documents moved which figures between two loads.

    Hold the writer lock around it.

    Raises:
        EncoursError: there is no such load, what it knew was given up, or the figures could not be made.
    """
    if not settings.build_file.is_file():
        raise EncoursError("Nothing is loaded, so there is nothing to compare.")
    with warehouse.open_for_reading(settings.build_file) as connection:
        days = [_day(connection, load_id) for load_id in (before, after)]
        rows = differences(connection, before, after)
    figures = None if rows_only else _figures(settings, before, after, min(days))
    if out is not None:
        _write(out, rows, figures)
        console.say(f"{len(rows):,} rows that differ{_of_figures(figures)} are in {out}.")
        return
    _tell_rows(rows, before, after, most)
    if figures is not None:
        _tell_figures(figures, before, after, most)


def _day(connection: duckdb.DuckDBPyConnection, load_id: int) -> date:
    """The day that what was known after a load speaks of."""
    newest = loads.newest_number(connection)
    if not 1 <= load_id <= newest:
        raise EncoursError(f"There is no load {load_id}; the newest is {newest}.")
    given_up = loads.given_up(connection, load_id)
    if given_up is not None:
        raise EncoursError(
            f"What was known after load {load_id} was given up by `encours compact` on {given_up:%Y-%m-%d}."
        )
    known = loads.newest(connection, known_at=load_id)
    if known is None:
        raise EncoursError(f"After load {load_id} nothing was known: all was withdrawn. Compare another load.")
    return known.as_of_on


def _figures(settings: Settings, before: int, after: int, day: date) -> Figures:
    """The figures of ``day`` at both states of knowledge, and the documents behind their differences."""
    paths = [_light_build(settings, load_id, day) for load_id in (before, after)]
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = $limit", {"limit": settings.memory_limit})
        for alias, path in zip(("earlier", "built"), paths, strict=True):
            connection.execute(f"attach '{_text(path)}' as {alias} (read_only)")
        currencies = connection.execute(
            "select before.reporting_currency, after.reporting_currency from earlier.marts.rpt_publications as before "
            "cross join built.marts.rpt_publications as after "
            "where before.publication_number = 0 and after.publication_number = 0"
        ).fetchone()
        if currencies is None or currencies[0] != currencies[1]:
            raise EncoursError(f"The two loads report in different currencies ({currencies}): compare rows only.")
        connection.execute((SQL / "compare_documents.sql").read_text(encoding="utf-8"))
        parameters = {"day": day, "reporting_currency": currencies[1]}
        for statement in connection.extract_statements((SQL / "diff_figures.sql").read_text(encoding="utf-8")):
            wanted = {name: value for name, value in parameters.items() if f"${name}" in statement.query}
            connection.execute(statement, wanted or None)
        figures = connection.execute(
            "select entity_id, measure, before_value, after_value, difference, is_a_sum, documents_difference, "
            "documents_count from moved_figures order by entity_id, is_a_sum desc, measure"
        ).fetchall()
        documents = connection.execute(
            "select entity_id, measure, document_id, customer_id, reason, difference from moved_documents "
            "order by entity_id, measure, abs(difference) desc, document_id"
        ).fetchall()
    return Figures(day, currencies[1], [Figure(*row) for row in figures], [Moved(*row) for row in documents])


def _light_build(settings: Settings, load_id: int, day: date) -> Path:
    """A file with the models that are compared, as of ``day``, known at ``load_id``: one that is there, or made now."""
    path = _place(settings, load_id, day)
    past = settings.past_builds / path.name
    for there, kind in ((settings.build_file, BuildKind.FULL), (past, BuildKind.PAST), (path, BuildKind.SELECTION)):
        if there.is_file() and _is_of(there, kind, load_id, day):
            return there
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
    aside = _Aside(**settings.model_dump())
    _lend_the_parsed_project(settings, aside)
    request = BuildRequest(as_of=day, known_at=load_id, select=MODELS, into=path)
    with console.building(f"figures known at load {load_id}") as on_step:
        done = build(aside, request, on_step=on_step)
    if done.stamp.state is not BuildState.PASSED:
        names = ", ".join(node.unique_id.split(".")[-1] for node in done.results.failed[:5])
        raise BuildFailedError(f"The figures known at load {load_id} could not be made: {names} failed.")
    with warehouse.open_file_for_writing(path) as connection:
        # What is compared asks the passport for the day; the rest of it wants models that are not needed here.
        connection.execute("create table marts.rpt_passport as select as_of_on from main.build_stamp")
    return path


def _place(settings: Settings, load_id: int, day: date) -> Path:
    return settings.build_file.parent / "diff" / f"as_of_{day:%Y_%m_%d}_load_{load_id}.duckdb"


def _is_of(path: Path, kind: BuildKind, load_id: int, day: date) -> bool:
    """Whether a file holds a good build of that knowledge, by the models and the policy there are now."""
    with warehouse.open_for_reading(path) as connection:
        found = stamp.read(connection)
        has_passport = connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'rpt_passport'"
        ).fetchone()
    return (
        found is not None
        and has_passport is not None
        and (found.kind, found.state) == (kind, BuildState.PASSED)
        and (found.known_at_load_id, found.as_of_on) == (load_id, day)
        and (found.rules_hash, found.policy_hash) == (stamp.rules_hash(), stamp.policy_hash())
    )


def _lend_the_parsed_project(settings: Settings, aside: Settings) -> None:
    """What dbt has read of the project for the last build serves here too."""
    parsed, place = (each.artefacts / "partial_parse.msgpack" for each in (settings, aside))
    if parsed.is_file() and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parsed, place)


def _tell_rows(rows: Sequence[Difference], before: int, after: int, most: int) -> None:
    if not rows:
        console.say(f"Loads {before} and {after} know the same rows.")
        return
    kinds: dict[tuple[str, str], list[Difference]] = {}
    for row in rows:
        kinds.setdefault((row.table_name, row.what), []).append(row)
    console.say(f"What load {after} knows otherwise than load {before}:")
    console.table(
        ("table", "what", "rows", "amounts before", "amounts after"),
        [
            (table, what, len(found), _sum(row.before_amount for row in found), _sum(row.after_amount for row in found))
            for (table, what), found in kinds.items()
        ],
        numbers=("rows", "amounts before", "amounts after"),
    )
    shown = sorted(rows, key=lambda row: -_size(row))[:most]
    console.table(
        ("table", "key", "what", "before", "after", "changes", "file", "load"),
        [
            (
                row.table_name,
                row.key,
                row.what,
                _money(row.before_amount),
                _money(row.after_amount),
                row.changes,
                row.file,
                row.load_id,
            )
            for row in shown
        ],
        numbers=("before", "after", "load"),
    )
    _tell_left(len(rows) - len(shown), "rows")


def _tell_figures(figures: Figures, before: int, after: int, most: int) -> None:
    if not figures.figures:
        console.say(f"No figure of {figures.day} moved.")
        return
    console.say(
        f"Figures of {figures.day}, as loads {before} and {after} know them ({figures.reporting_currency}, `*`: all):"
    )
    console.table(
        ("entity", "figure", "before", "after", "difference", "documents", "they add up to"),
        [
            (
                each.entity_id,
                each.measure,
                _value(each.before),
                _value(each.after),
                _value(each.difference),
                each.documents_count if each.is_a_sum else None,
                _value(each.documents) if each.is_a_sum else None,
            )
            for each in figures.figures
        ],
        numbers=("before", "after", "difference", "documents", "they add up to"),
    )
    shown = sorted(figures.documents, key=lambda each: -abs(each.difference))[:most]
    console.say("The documents behind them:")
    console.table(
        ("entity", "figure", "document", "customer", "reason", "difference"),
        [
            (each.entity_id, each.measure, each.document_id, each.customer_id, each.reason, _money(each.difference))
            for each in shown
        ],
        numbers=("difference",),
    )
    _tell_left(len(figures.documents) - len(shown), "parts of documents")
    for each in figures.unexplained:
        console.say(
            f"Note: {each.measure} of {each.entity_id} moved by {_value(each.difference)} and its documents by "
            f"{_value(each.documents)}: a figure moved without a document that did. Please report it."
        )


def _tell_left(left: int, what: str) -> None:
    if left > 0:
        console.say(f"{left:,} more {what}: --most shows more, --out FILE.csv writes them all.")


def _of_figures(figures: Figures | None) -> str:
    if figures is None:
        return ""
    return (
        f", {len(figures.figures):,} figures that moved and {len(figures.documents):,} parts of documents behind them"
    )


def _write(out: Path, rows: Sequence[Difference], figures: Figures | None) -> None:
    """Write everything as one CSV file, a kind of row by its ``part``."""
    lines: list[dict[str, object]] = [
        {
            "part": "row",
            "table_name": row.table_name,
            "document": row.key,
            "what": row.what,
            "before": None if row.what == ADDED else row.before_amount,
            "after": None if row.what == WITHDRAWN else row.after_amount,
            "difference": (row.after_amount or 0) - (row.before_amount or 0)
            if row.before_amount is not None or row.after_amount is not None
            else None,
            "changes": row.changes,
            "file": row.file,
            "load_id": row.load_id,
        }
        for row in rows
    ]
    for figure in figures.figures if figures is not None else ():
        lines.append(
            {
                "part": "figure",
                "entity_id": figure.entity_id,
                "measure": figure.measure,
                "before": _as_amount(figure, figure.before),
                "after": _as_amount(figure, figure.after),
                "difference": _as_amount(figure, figure.difference),
            }
        )
    for moved in figures.documents if figures is not None else ():
        lines.append(
            {
                "part": "document",
                "entity_id": moved.entity_id,
                "measure": moved.measure,
                "document": moved.document_id,
                "customer_id": moved.customer_id,
                "what": moved.reason,
                "difference": moved.difference,
            }
        )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in lines:
        # Numbers stay numbers, a minus among them; text never becomes a formula.
        writer.writerow(
            [sheets.exact(v) if isinstance(v, Decimal) else sheets.plain(v) for v in map(line.get, COLUMNS)]
        )
    try:
        files.write_text(out, text.getvalue())
    except OSError as error:
        raise EncoursError(f"{out} cannot be written: {error.strerror or error}.") from None


def _as_amount(figure: Figure, value: Decimal | None) -> Decimal | None:
    """A value with the two places of an amount where the figure is one; ratios keep theirs."""
    return round(value, 2) if value is not None and figure.is_a_sum else value


def _size(row: Difference) -> Decimal:
    """How much a row's amount differs, whatever its sign."""
    return abs((row.after_amount or Decimal(0)) - (row.before_amount or Decimal(0)))


def _sum(amounts: Iterable[Decimal | None]) -> str | None:
    known = [amount for amount in amounts if amount is not None]
    return _money(sum(known, Decimal(0))) if known else None


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:,.2f}"


def _value(value: Decimal | None) -> str | None:
    """A figure: two places for amounts and days, more for shares."""
    if value is None:
        return None
    return f"{value:,.4f}" if abs(value) < 1 and round(value, 2) != value else f"{value:,.2f}"


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
