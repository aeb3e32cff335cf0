"""Loading extracts into the raw tables: one call, one transaction, one load number."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from ingest import (
    controls,
    drift,
    duplicates,
    manifest,
    marks,
    mended,
    occurrences,
    open_items,
    pictures,
    printed_totals,
    rejects,
    schema,
    structure,
    tolerance,
    totals,
)
from ingest.as_of import as_of_by_source
from ingest.contract import TABLE_BY_NAME, TABLES
from ingest.entities import derive_missing
from ingest.errors import IngestError
from ingest.files import called
from ingest.header import header_warnings, position_of, wire
from ingest.history import History
from ingest.mended import Mends
from ingest.plan import Item, Plan, make_plan
from ingest.projection import Projection, reader_types
from ingest.readers import Request, check_header, open_reading, read_header
from ingest.readers.xlsx_errors import ERRORS
from ingest.report import LoadReport
from ingest.stage import Stage, StagedFile
from ingest.structure import Structure
from ingest.transaction import transaction

Progress = Callable[[str], None]


def load(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    *,
    own: Sequence[Path] = (),
    source: str | Path | None = None,
    as_of: date | None = None,
    out_of_order: bool = False,
    accept_drift: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Read ``paths`` (files, or folders of files) into schema ``raw`` of ``connection``, all or nothing.

    ``source`` names the mapping (built-in, or a YAML file); without it each file is recognised by its header.
    ``own`` are files this project wrote itself: taken in beside ``paths``, by the built-in mapping that knows them.
    ``as_of`` is the day the files speak of, else their mapping's control date. ``out_of_order`` lets a full
    file that is older than its slice's latest replace it; ``accept_drift`` one whose required columns have changed
    their form or meaning. ``progress`` is told each step in words.

    Raises `IngestError`; then nothing was written.
    """
    tell = progress or (lambda _: None)
    _refuse_open_transaction(connection)
    schema.create(connection)
    with tempfile.TemporaryDirectory(prefix="encours-load-") as folder:
        plan = make_plan(connection, paths, source, own, Path(folder), as_of)
        for item in plan.items:
            if item.result.status == "unchanged":
                tell(f"{item.extract.label}: the same as last time")
        if not plan.to_load:
            return plan.report()
        return carry_out(
            connection,
            plan,
            Path(folder),
            as_of=as_of,
            out_of_order=out_of_order,
            accept_drift=accept_drift,
            tell=tell,
        )


def carry_out(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    folder: Path,
    *,
    as_of: date | None,
    out_of_order: bool,
    accept_drift: bool = False,
    tell: Progress,
    mends: Mends | None = None,
) -> LoadReport:
    """Load what ``plan`` has to load, with copies in ``folder``; ``mends``: the rejected lines its files mend."""
    with _stage_room(connection):
        stages, structures = _stage(connection, plan, folder, tell)
        plan.refuse_changed()
        as_of_by_source(connection, stages, as_of, out_of_order)
        for stage in stages:
            stage.number_derived_ids()
            if mends is not None:
                occurrences.count_on(stage, mends)
            # Before lists are followed: what contradicts itself does so as the files say it.
            duplicates.refuse_duplicates(stage)
            open_items.follow(stage)
            rejects.explain_faults(stage, structures, folder)
            if mends is not None:
                mended.refuse_left_out(stage)
                mended.refuse_overtaken(stage, mends)
            rejects.keep_refused_keys(stage)
            mended.protect(stage, structures)
            if mends is None:
                occurrences.pass_over(stage)
        with transaction(connection):
            load_id = manifest.next_load_id(connection)
            for stage in stages:
                tell(f"comparing {stage.table.name} with what is current")
                History(stage, load_id).apply()
                open_items.write(stage, load_id)
                controls.check(stage)
                printed_totals.check(stage)
            warnings = derive_missing(connection, stages, load_id)
            rejects.write(connection, stages, structures, load_id)
            drift.check(stages, load_id, accept_drift)
            tolerance.check(connection, stages, load_id)
            # Rejects quote the files once more: what they quote is what was read.
            plan.refuse_changed()
            manifest.write(connection, stages, load_id)
            totals.write(connection, stages, load_id)
            mended.write(connection, stages, load_id, mends)
    report = plan.report(load_id)
    report.warnings += warnings
    return report


def _stage(
    connection: duckdb.DuckDBPyConnection, plan: Plan, folder: Path, tell: Progress
) -> tuple[list[Stage], dict[int, Structure]]:
    """Read all files of ``plan`` onto their stages, in the order of the contract's tables."""
    stages: dict[str, Stage] = {}
    structures: dict[int, Structure] = {}
    marks.create(connection)
    for number, item in enumerate(plan.to_load):
        tell(f"reading {item.extract.label} as {item.mapping.name} {item.table.table}")
        with called(item.extract):
            staged = _open(connection, item, number, folder)
        stage = stages.get(item.table.table)
        if stage is None:
            stage = stages[item.table.table] = Stage(connection, TABLE_BY_NAME[item.table.table])
            stage.create()
        with called(item.extract):
            stage.add(staged)
            structures[number] = structure.check(connection, staged)
        staged.unread = len(structures[number].unread)
        structure.number_unread(connection, staged, structures[number])
        structure.refuse_wide(stage, staged, structures[number])
        structure.refuse_broken(stage, staged)
    in_order = [stages[table.name] for table in TABLES if table.name in stages]
    for stage in in_order:
        pictures.refuse_empty(stage)
        pictures.warn_of_nothing(stage)
    return in_order, structures


def _open(connection: duckdb.DuckDBPyConnection, item: Item, number: int, folder: Path) -> StagedFile:
    """Make a file readable, with the projections that turn it into rows."""
    path = controls.without_trailer(item.path, item.table.control_totals, item.file, folder)
    header = read_header(path, item.file)
    check_header(path, item.file, header)
    wiring = wire(item.table, header, item.path.name)
    item.result.warnings += header_warnings(item.table, header)
    control = item.table.control_date.column if item.table.control_date is not None else None
    kept_as_text = position_of(header, control) if control is not None else None
    types = reader_types(item.table, item.file, wiring, kept_as_text)
    reading = open_reading(connection, Request(path, item.table, item.file, number, folder, types))
    if reading.never_filled:
        item.result.warnings.append(f"the file holds nothing at {', '.join(reading.never_filled)}")
    # Mended rows may come of a workbook, or be mended in one.
    refused = ERRORS if item.file.format == "xlsx" or item.result.is_mended else ()
    projection = Projection(item.table, item.file, wiring, reading.types, refused)
    explanation = Projection(item.table, item.file, wiring, refused=refused)
    return StagedFile(
        number=number,
        path=item.path,
        companions=item.extract.companions,
        mapping=item.mapping,
        table=item.table,
        file=item.file,
        result=item.result,
        reading=reading,
        projection=projection,
        explanation=explanation,
    )


@contextmanager
def _stage_room(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Temporary tables that do not outlive the load, their rows in the order they are read."""
    row = connection.execute("select current_setting('preserve_insertion_order')").fetchone()
    ordered = row is not None and bool(row[0])
    _drop_stage(connection)
    try:
        # Row numbers of the stage are the records of the file.
        connection.execute("set preserve_insertion_order = true")
        yield
    finally:
        connection.execute(f"set preserve_insertion_order = {str(ordered).lower()}")
        _drop_stage(connection)


def _drop_stage(connection: duckdb.DuckDBPyConnection) -> None:
    for (name,) in connection.execute(
        "select table_name from duckdb_tables() where temporary and starts_with(table_name, 'ingest_')"
    ).fetchall():
        connection.execute(f'drop table temp."{name}"')


def _refuse_open_transaction(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("begin transaction")
    except duckdb.TransactionException as error:
        raise IngestError("a load needs a connection without an open transaction; commit or roll it back") from error
    connection.execute("rollback")
