"""The contract written out: the dbt source YAML and ``docs/input-contract.md``.

``python -m ingest.render`` writes both files; a test holds them equal to what this module makes.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from ingest.contract import HISTORIES, KEPT, LINEAGE, LISTED, MANIFEST, OWN_TABLES, STATED_IN, TABLES, Column, Table
from ingest.schema import SCHEMA, all_columns

ROOT = Path(__file__).resolve().parent.parent
SOURCES_FILE = ROOT / "models" / "staging" / "raw" / "_sources.yml"
DOCS_FILE = ROOT / "docs" / "input-contract.md"

FRESHNESS = {
    "warn_after": {"count": 36, "period": "hour"},
    "error_after": {"count": 7, "period": "day"},
    "filter": "source <> 'encours_notes' and kind <> 'unload' and unloaded_in is null",
}
"""A nightly load that failed once warns; a week without any load is an error. Notes do not make documents newer,
and nor does a withdrawal."""


def sources_yaml() -> str:
    """The content of the dbt source file."""
    content = {
        "version": 2,
        "sources": [
            {
                "name": SCHEMA,
                "schema": SCHEMA,
                "database": "{{ env_var('ENCOURS_RAW_DATABASE', target.database) }}",
                "description": "What was loaded, row by row, with its history (docs/input-contract.md).",
                "tables": [_source_table(table) for table in (*HISTORIES, *OWN_TABLES)],
            }
        ],
    }
    made = "# Made from ingest/contract/ by `python -m ingest.render`; change it there.\n"
    return made + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=118)


def _source_table(table: Table) -> dict[str, object]:
    entry: dict[str, object] = {"name": table.name, "description": f"{table.description} Key: {', '.join(table.key)}."}
    if table.name == "loads":
        entry["config"] = {"loaded_at_field": "loaded_at", "freshness": FRESHNESS}
    entry["columns"] = [
        {"name": column.name, "data_type": column.type.value, "description": _describe(column)}
        for column in all_columns(table)
    ]
    return entry


def _describe(column: Column) -> str:
    """The column's description with its closed list and what stands in where it is empty."""
    parts = [column.description]
    if column.values:
        parts.append(f"One of: {', '.join(f'`{value}`' for value in column.values)}.")
    if column.default:
        parts.append(f"Default: {column.default}.")
    return " ".join(parts)


def contract_markdown() -> str:
    """The content of the input contract page."""
    sections = [
        "# The input contract",
        "<!-- Made from ingest/contract/ by `python -m ingest.render`; change it there. -->",
        _INTRODUCTION,
        *(_table_section(table) for table in TABLES),
        "## Lineage\n\nEvery table above also has these columns, filled by the loader:\n\n"
        + _column_table((*LINEAGE, STATED_IN)),
        "## What lists of open items say\n\nKept by the loader, with lineage, from files of kind `open_items`.",
        *(_table_section(table, level="###") for table in LISTED),
        "## The loader's own tables",
        *(_table_section(table, level="###") for table in MANIFEST),
        "## What publishing keeps\n\nAdded by `encours publish`; no row is ever changed.",
        *(_table_section(table, level="###") for table in KEPT),
        _RULES,
    ]
    return "\n\n".join(sections) + "\n"


def _table_section(table: Table, level: str = "##") -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    return f"{level} {table.name}\n\n{table.description} Key: {key}.\n\n{_column_table(table.columns)}"


def _column_table(columns: tuple[Column, ...]) -> str:
    rows = ["| column | type | what it holds |", "|---|---|---|"]
    for column in columns:
        words = _describe(column)
        if column.aliases:
            words += f" Also read as {', '.join(f'`{alias}`' for alias in column.aliases)}."
        star = "*" if column.required else ""
        rows.append(f"| `{column.name}`{star} | {column.type.value} | {words.replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


_INTRODUCTION = """\
What comes in: the canonical tables of schema `raw`. A file gets there through a [source mapping](mappings.md);
files that already have these columns under these names need none. `*` = required: in every row, filled. All else
is optional, and its absence costs only the figures that need it. Names are fixed: columns are added, never renamed.

Amounts are exact decimals with two places. In `invoices`, positive = the customer owes more: invoices and debit
notes are positive, credit notes and write-offs negative, openings and adjustments either. In `payments` amounts
are positive whatever the type. Days are written as the mapping says, `YYYY-MM-DD` in canonical files; days before
1901 or after 2999 are rejected as typing errors."""

_RULES = """\
## How a load treats rows

**Kinds of file.** A `full` file is the whole picture of its slice (source, table, entity, period): what is no
longer in it has vanished and is closed, inside the slice only. A `delta` file brings new and changed rows. A file of
`open_items` is the whole picture of what is open: what is no longer in it was settled on the load's as-of day, and
stays as a version with nothing open; what is open on each list's day is kept in `open_item_balances`
([open items](sources/open_items.md)). Several files of one slice in the same load are one picture.

**History.** Nothing is overwritten. A changed row closes the version before it (`_replaced_in`) and adds a new one;
rows as known after load *n* are those with `_loaded_in <= n and coalesce(_replaced_in > n, true)`.

**Same again.** Files with the same bytes, read by the same mapping, as the latest load of their slice are not read:
no load number, no row in `loads`, and the slice keeps its as-of day; but a list of open items that is the same on
another day is loaded, for it says that nothing was settled between. Content that came before but is not the latest
(A, B, A) is loaded again.

**Withdrawn.** `encours unload LOAD` closes what that load added and puts back, as new versions, what it had closed;
both stay as known at every load before. It is a load of its own, of kind `unload`: of its rows in `loads`, `rows_new`
are rows put back that had vanished, `rows_changed` keys put back to what they said before, `rows_vanished` keys
withdrawn. The withdrawn load's rows name it in `unloaded_in` and count no more: not for the as-of day, not for what is
the same again. Notes (`encours_notes`) are never withdrawn.

**As-of day.** Given with `--as-of`, else the latest control date of the source's files, else the load is refused.
A full file older than its slice's latest load is refused unless `--out-of-order` is given. An older list of open items
takes its place before the later ones then: what is open now stays, and so does the day that the figures speak of.

**Rows add up.** In `loads`, `rows_read = rows_new + rows_changed + rows_unchanged + rows_rejected`, always. Rows a
mapping filters out, or repeats (`distinct`), are in `rows_filtered` and not in `rows_read`. `rows_vanished` is apart,
on the slice's first file.

**Rejects.** A bad row is not taken and is listed in `rejects`, one row a fault, with file, physical line, column,
value, reason and the line as it stands. What is current under the key of a rejected row stays current: it did not
vanish, it could only not be read.

| rejected | reason |
|---|---|
| a line with too few or too many columns, or a quote inside a quoted value | it cannot be split into columns |
| a required value that is empty | |
| a day, number, whole number or yes/no that cannot be read as the mapping says | |
| an amount with more than 2 decimals (a rate: 8), trailing zeros apart | it would have to be rounded |
| a code outside a closed list; a currency that is not three capitals | |
| an invoice or debit note below zero, a credit note or write-off above, a payment below | wrong sign for its type |
| `base_amount` with the other sign than `amount`; a rate not above zero; an instalment number below 1 | |
| a key that comes twice in one load | alike in all columns: all but the first; else all: which is right is unknown |
| a key that is current in another source, or in a slice that is not part of the load | the owner is named |

**Warnings** are in `rejects` too, with severity `warning`; the row is taken: a due day before the document's own day.

**Refused files** (nothing of the load is written): a required column missing (the nearest header is named), another
delimiter or encoding than stated, an empty file, a quote that is never closed and swallows the lines after it, a
`full` file with a header and no rows where rows are current (`allow_empty: true` in the mapping permits it; a `delta`
without rows is no news).

**Entities** that documents name and no row defines are derived with the mapping's `base_currency` (`_line` is null,
slice `derived`); without one the load is refused. A given row replaces a derived one, whatever its source."""


def main() -> None:
    """Write both files."""
    for path, content in ((SOURCES_FILE, sources_yaml()), (DOCS_FILE, contract_markdown())):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
