"""The loader's own tables beside the canonical ones."""

from __future__ import annotations

from ingest.contract.table import Column, ColumnType, Table

_text = ColumnType.TEXT
_date = ColumnType.DATE
_integer = ColumnType.INTEGER
_timestamp = ColumnType.TIMESTAMP
_count = ColumnType.COUNT
_amount = ColumnType.AMOUNT
_share = ColumnType.SHARE

LOADS = Table(
    "loads",
    "The manifest: one row a load and file. Rows read = new + changed + unchanged + rejected; filtered rows apart.",
    ("load_id", "source", "table_name", "slice", "file"),
    (
        Column("load_id", _integer, "Number of the load; it only grows.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table the file was read into.", required=True),
        Column("slice", _text, "The part of the source the file pictures; `*` is all of it.", required=True),
        Column("file", _text, "The file, without its folder.", required=True),
        Column("sha256", _text, "SHA-256 of the file's bytes.", required=True),
        Column("bytes", _count, "Size of the file in bytes.", required=True),
        Column("mapping_sha256", _text, "SHA-256 of the mapping that read it.", required=True),
        Column(
            "kind",
            _text,
            "What the file is; `mended`: rejected rows, mended and loaded again; `unload`: it was withdrawn.",
            required=True,
            values=("full", "delta", "open_items", "mended", "unload"),
        ),
        Column("rows_read", _count, "Rows read = new + changed + unchanged + rejected.", required=True),
        Column("rows_filtered", _count, "Rows the mapping leaves out on purpose; not in `rows_read`.", required=True),
        Column("rows_new", _count, "Rows whose key was not current.", required=True),
        Column("rows_changed", _count, "Rows whose key was current with other content.", required=True),
        Column("rows_unchanged", _count, "Rows that were current as they are.", required=True),
        Column("rows_vanished", _count, "Rows of the slice no longer in it; on its first file.", required=True),
        Column("rows_rejected", _count, "Rows not taken; why is in `rejects`.", required=True),
        Column(
            "control_amount", _amount, "Total of the amounts taken, currencies mixed: for comparing with the source."
        ),
        Column("rejected_amount", _amount, "Total of the rejected amounts that could be read."),
        Column("as_of_on", _date, "The as-of day of the load.", required=True),
        Column("loaded_at", _timestamp, "When it was loaded, UTC.", required=True),
        Column(
            "status", _text, "`loaded`; a file that is the same again leaves no row.", required=True, values=("loaded",)
        ),
        Column("unloaded_in", _integer, "The load of kind `unload` that withdrew it; null while it counts."),
        Column("given_up_at", _timestamp, "When `encours compact` gave up what was known then, UTC; null: it is kept."),
        Column("cursor_value", _text, "Of a database's query with a cursor: where the next load begins."),
    ),
)

REJECTS = Table(
    "rejects",
    "What was wrong with rows: one row a fault. A rejected row was not taken, a warned one was.",
    ("load_id", "table_name", "slice", "file", "line", "record", "column_name", "reason"),
    (
        Column("load_id", _integer, "The load.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table.", required=True),
        Column("file", _text, "The file, without its folder.", required=True),
        Column("line", _count, "Physical line of the file the row starts on, from 1; in Parquet files the record."),
        Column("column_name", _text, "The canonical column at fault; empty: the whole line."),
        Column("value", _text, "What stood there."),
        Column("reason", _text, "Why it was not taken, or what is odd.", required=True),
        Column(
            "severity", _text, "`reject`: not taken; `warning`: taken.", required=True, values=("reject", "warning")
        ),
        Column(
            "raw_line",
            _text,
            "The line as it stands in the file, as text; of a Parquet row its values as JSON, of a row of a workbook "
            "its cells as CSV.",
        ),
        Column(
            "raw_bytes",
            ColumnType.BYTES,
            "The line's bytes in the file, without its line end; empty for Parquet and workbooks, which have none.",
        ),
        Column("slice", _text, "The part of the source the file pictures; empty in loads of earlier versions."),
        Column("record", _count, "The record in the file, from 1: rows of an XML file may begin on one line."),
        Column("cells", _text, "Of a row of an XML file: its values in the order of the file's header, a JSON list."),
        Column("amount", _amount, "The row's amount, as far as it can be read; empty in tables without one."),
        Column("currency", _text, "The row's currency, else the base currency of its entity; `*` where it is unknown."),
    ),
)

REJECT_FILES = Table(
    "reject_files",
    "How a file with rejected rows was read, so that they can be exported as they came and loaded again once mended.",
    ("load_id", "source", "table_name", "slice", "file"),
    (
        Column("load_id", _integer, "The load.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table.", required=True),
        Column("slice", _text, "The part of the source the file pictures.", required=True),
        Column("file", _text, "The file, without its folder.", required=True),
        Column("header", _text, "The file's column names, a JSON list.", required=True),
        Column("form", _text, "How the file was read, as JSON.", required=True),
        Column("mapping", _text, "The mapping's part for this table, as JSON.", required=True),
    ),
)

MENDED_REJECTS = Table(
    "mended_rejects",
    "Which rejected lines stand in the books after all: one row a line that was mended, or that came again as it was "
    "after it had been.",
    ("load_id", "rejected_in", "source", "table_name", "slice", "file", "line", "record"),
    (
        Column("load_id", _integer, "The load that says so.", required=True),
        Column("rejected_in", _integer, "The load that rejected the line.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table.", required=True),
        Column("slice", _text, "The part of the source.", required=True),
        Column("file", _text, "The file that was rejected from.", required=True),
        Column("line", _count, "The line, as in `rejects`.", required=True),
        Column("mended_in", _integer, "The load that brought the mended row.", required=True),
        Column("mended_file", _text, "The file of mended rows.", required=True),
        Column("mended_record", _count, "The record in that file, from 1, the header not counted.", required=True),
        Column("record", _count, "The record that was rejected, as in `rejects`."),
    ),
)

REJECT_DECISIONS = Table(
    "reject_decisions",
    "What a person decided of rejected rows: that one needs no mending, or that it does after all. The newest decision "
    "on a row counts, also where it comes again just so in a later file of its slice.",
    ("decision_id",),
    (
        Column("decision_id", _integer, "Number of the decision; it only grows.", required=True),
        Column("decided_at", _timestamp, "When, UTC.", required=True),
        Column("known_at_load_id", _integer, "The newest load then: `--known-at` from it on knows.", required=True),
        Column("author", _text, "Who.", required=True),
        Column(
            "decision",
            _text,
            "`dismissed`: the row needs no mending; `reopened`: it does.",
            required=True,
            values=("dismissed", "reopened"),
        ),
        Column("reason", _text, "Why.", required=True),
        Column("rejected_in", _integer, "The load that rejected the row.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table.", required=True),
        Column("slice", _text, "The part of the source.", required=True),
        Column("file", _text, "The file it was rejected from.", required=True),
        Column("line", _count, "The line, as in `rejects`."),
        Column("record", _count, "The record, as in `rejects`."),
        Column("content", _text, "The row as it came: `cells` of `rejects`, else `raw_line`."),
    ),
)

LOAD_TOTALS = Table(
    "load_totals",
    "The account of a file by currency: one row a load, file, amount column and currency. Rows and amounts read = new "
    "+ changed + unchanged + rejected; vanished apart.",
    ("load_id", "source", "table_name", "slice", "file", "amount_column", "currency"),
    (
        Column("load_id", _integer, "The load.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table.", required=True),
        Column("slice", _text, "The part of the source the file pictures.", required=True),
        Column("file", _text, "The file, without its folder.", required=True),
        Column("amount_column", _text, "The canonical column that is summed.", required=True),
        Column(
            "currency",
            _text,
            "The rows' currency, else the base currency of their entity; `*` where the row does not tell.",
            required=True,
        ),
        *(
            Column(f"rows_{fate}", _count, f"Rows {words}.", required=True)
            for fate, words in (
                ("read", "read"),
                ("new", "whose key was not current"),
                ("changed", "whose key was current with other content"),
                ("unchanged", "that were current as they are"),
                ("rejected", "not taken"),
                ("vanished", "of the slice no longer in it; on its first file"),
                ("unknown", "among those rejected whose amount cannot be read"),
            )
        ),
        *(
            Column(f"{fate}_amount", ColumnType.TOTAL, f"Total of the rows {words}.", required=True)
            for fate, words in (
                ("read", "read, as far as their amounts can be read"),
                ("new", "that are new"),
                ("changed", "that changed, as they are now"),
                ("unchanged", "that are unchanged"),
                ("rejected", "rejected, as far as their amounts can be read"),
                ("vanished", "that vanished"),
            )
        ),
    ),
)

LOAD_PROFILES = Table(
    "load_profiles",
    "What the columns of a slice looked like in a load, to tell the next one's drift by: one row a column.",
    ("load_id", "source", "table_name", "slice", "source_column", "column_name"),
    (
        Column("load_id", _integer, "The load.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table.", required=True),
        Column("slice", _text, "The part of the source.", required=True),
        Column("source_column", _text, "The file's column, in small letters.", required=True),
        Column("column_name", _text, "The canonical column it feeds; empty: it is not read."),
        Column("row_count", _count, "Rows of the slice, rejected ones too.", required=True),
        Column("empty_share", _share, "Share of rows without a value."),
        Column("unreadable_share", _share, "Share of rows whose value cannot be read as the column's type."),
        Column("negative_share", _share, "Of amounts: share of those below zero."),
        Column("digits_share", _share, "Of texts: share of those that are digits only, in a sample."),
        Column("median_amount", _amount, "Of amounts: their median without sign, zeros apart, in a sample."),
        Column("codes", _text, "Of texts with few values: the values, a JSON list."),
    ),
)

LOAD_DRIFTS = Table(
    "load_drifts",
    "What of a slice's columns was otherwise than in the loads before: one row a change.",
    ("load_id", "source", "table_name", "slice", "column_name", "drift"),
    (
        Column("load_id", _integer, "The load.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table.", required=True),
        Column("slice", _text, "The part of the source.", required=True),
        Column("column_name", _text, "The canonical column, or the file's where it is not read.", required=True),
        Column(
            "drift",
            _text,
            "What changed.",
            required=True,
            values=("vanished", "appeared", "emptied", "retyped", "new values", "turned", "scaled"),
        ),
        Column("words", _text, "The change in words.", required=True),
        Column(
            "is_required",
            ColumnType.BOOLEAN,
            "Whether rows cannot do without the column: then the load was let in by `--accept-drift`.",
            required=True,
        ),
    ),
)

MANIFEST: tuple[Table, ...] = (
    LOADS,
    LOAD_TOTALS,
    LOAD_PROFILES,
    LOAD_DRIFTS,
    REJECTS,
    REJECT_FILES,
    MENDED_REJECTS,
    REJECT_DECISIONS,
)
"""The loader's own tables beside the canonical ones."""
