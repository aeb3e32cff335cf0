"""What publishing keeps for ever: the figures of each publication, and the documents behind each difference.

The build file's raw history has three tables for it (``KEPT`` in ingest/contract/). A publication's file says the
same of itself in its own marts, so the history is taken from the file: what was published while the history could not
be written (a crash, a backup put back) is taken up by the next publication.

Only what a publication says otherwise than the one before is stored; the models say what each publication said.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from encours.errors import PublishRefusedError
from encours.settings import PROJECT_ROOT
from ingest.contract import PUBLICATIONS, RESTATEMENTS, Table

SQL = PROJECT_ROOT / "encours" / "sql"

MARTS = ("rpt_publications", "rpt_reported_kpis", "rpt_restatements")
"""The marts that speak of publications; in a build, its own rows have the number 0."""

_KEY = "period_kind, period_ending_on, entity_id, scope, reporting_currency, measure"


@dataclass(frozen=True)
class Kept:
    """One publication of the history, as far as a later one must know it."""

    number: int
    build_id: str


@dataclass(frozen=True)
class Draft:
    """A publication on its way: its number and time, and the publication its documents are compared with."""

    number: int
    published_at: datetime
    is_past: bool
    newest_load_id: int
    earlier: Kept | None
    """The last one of the present whose file is at hand, else the last one of all; None where there is none."""
    earlier_file: Path | None
    raw: str
    """Schema ``raw`` of the build file, as the connection that writes the draft has it attached."""


def newest_number(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the newest publication in the raw history; 0 where there is none."""
    row = connection.execute("select coalesce(max(publication_number), 0) from raw.publications").fetchone()
    assert row is not None
    return int(row[0])


def present_ones(connection: duckdb.DuckDBPyConnection) -> list[Kept]:
    """The publications that were of the present when they were made, the newest first."""
    found = connection.execute(
        "select publication_number, build_id from raw.publications where not is_past order by publication_number desc"
    )
    return [Kept(*row) for row in found.fetchall()]


def take_up(connection: duckdb.DuckDBPyConnection, files: Iterable[tuple[int, Path]]) -> None:
    """Add to the raw history what the published ``files`` (number, path) say of themselves, the newer ones only.

    Each file in one transaction; files of versions that kept nothing are passed over.
    """
    newest = newest_number(connection)
    for number, path in sorted(files):
        if number <= newest:
            continue
        connection.execute(f"attach '{_text(path)}' as published (read_only)")
        try:
            _take_up(connection, number)
        finally:
            connection.execute("detach published")


def _take_up(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    if not says_what_it_said(connection, "published"):
        return
    connection.begin()
    try:
        connection.execute(
            f"insert into raw.publications by name select {_columns(PUBLICATIONS)} "
            "from published.marts.rpt_publications where publication_number = $number",
            {"number": number},
        )
        row = connection.execute(
            "select is_past from raw.publications where publication_number = $number", {"number": number}
        ).fetchone()
        if row is None:
            # A file whose rows do not bear its number was not made by `publish`.
            connection.rollback()
            return
        standing = _standing("raw", number - 1, is_past=False)
        connection.execute(
            f"""
            insert into raw.reported_kpis by name
            with said as (
                select {_KEY}, reported_value
                from published.marts.rpt_reported_kpis
                where publication_number = $number
            ),
            standing as (select * from ({standing}) where not $is_past)
            select
                cast($number as integer) as publication_number, {_KEY},
                said.measure is not null as is_stated, said.reported_value
            from said full join standing using ({_KEY})
            where
                said.measure is null
                or standing.measure is null
                or said.reported_value is distinct from standing.reported_value
            """,
            {"number": number, "is_past": row[0]},
        )
        connection.execute(
            f"insert into raw.restatements by name select {_columns(RESTATEMENTS)} "
            "from published.marts.rpt_restatements where publication_number = $number",
            {"number": number},
        )
        connection.commit()
    except BaseException:
        # A commit that failed (a full disk) has rolled back by itself: what failed first is told.
        with suppress(duckdb.Error):
            connection.rollback()
        raise


def says_what_it_said(connection: duckdb.DuckDBPyConnection, alias: str | None = None) -> bool:
    """Whether a file (attached as ``alias``, or the open one) is of a version that keeps what it publishes."""
    row = connection.execute(
        "select count(*) from duckdb_tables() where database_name = coalesce($alias, current_database()) "
        "and schema_name = 'marts' and table_name in $marts",
        {"alias": alias, "marts": list(MARTS)},
    ).fetchone()
    return row is not None and row[0] == len(MARTS)


def compare(connection: duckdb.DuckDBPyConnection, draft: Draft) -> tuple[str, int | None]:
    """Compare the documents of the attached ``built`` with those of the earlier publication's file.

    Leaves the temporary table ``restatements`` and returns how it ended (the words of raw.publications.comparison)
    and the number of the publication compared with.

    Raises:
        PublishRefusedError: documents and figures of the same rules do not agree.
    """
    connection.execute(
        f"create or replace temp table restatements as select * exclude (publication_number) "
        f"from (select {_columns(RESTATEMENTS)} from built.marts.rpt_restatements) where false"
    )
    if draft.is_past:
        return "past", None
    if draft.earlier is None:
        return "first", None
    if draft.earlier_file is None:
        return "file missing", None
    connection.execute(f"attach '{_text(draft.earlier_file)}' as earlier (read_only)")
    try:
        return _compare(connection, draft.earlier.number)
    finally:
        connection.execute("detach earlier")


def _compare(connection: duckdb.DuckDBPyConnection, earlier_number: int) -> tuple[str, int | None]:
    before, after = (
        connection.execute(
            "select reporting_currency, code_version, policy_hash from "
            f"{alias}.marts.rpt_publications where publication_number = $number",
            {"number": number},
        ).fetchone()
        for alias, number in (("earlier", earlier_number), ("built", 0))
    )
    if before is None or after is None or before[0] != after[0]:
        return "other currency", None
    connection.execute((SQL / "compare_documents.sql").read_text(encoding="utf-8"))
    unexplained = connection.execute(
        (SQL / "unexplained_restatements.sql").read_text(encoding="utf-8"),
        {"earlier_number": earlier_number, "reporting_currency": after[0]},
    ).fetchall()
    if not unexplained:
        return "compared", earlier_number
    if before[1:] != after[1:]:
        connection.execute("delete from restatements")
        return "other rules", None
    kind, ending_on, entity_id, measure, difference, of_documents = unexplained[0]
    raise PublishRefusedError(
        f"{measure} of {entity_id} in the {kind} ending {ending_on} differs from publication {earlier_number} by "
        f"{difference:,.2f}, its documents by {of_documents:,.2f} ({len(unexplained)} figures in all): a figure "
        "changed without a document that did. What was published before stays. Please report it; to publish all the "
        f"same, move the file of publication {earlier_number} elsewhere, and no documents are compared."
    )


def rows_of(connection: duckdb.DuckDBPyConnection, draft: Draft, comparison: tuple[str, int | None]) -> dict[str, str]:
    """The queries of the marts in :data:`MARTS` as the published file has them.

    The build's own rows get the publication's number; publications made since the build are added, where the build's
    knowledge reaches that far; the documents just compared come last. Wants ``built`` attached.
    """
    _gather_missed(connection, draft)
    word, compared_with = comparison
    at = f"timestamp '{draft.published_at.replace(tzinfo=None).isoformat(sep=' ')}'"
    own = {
        "publication_number": f"cast({draft.number} as integer)",
        "published_at": at,
        "is_past": str(draft.is_past).lower(),
    }
    own_publication = own | {
        "newest_load_id": f"cast({draft.newest_load_id} as integer)",
        "compared_with_number": f"cast({'null' if compared_with is None else compared_with} as integer)",
        "comparison": f"'{word}'",
    }
    connection.execute(
        "create or replace temp table new_publications as "
        "select publication_number, compared_with_number, published_at, build_id from missed_publications union all "
        f"select {own_publication['publication_number']}, {own_publication['compared_with_number']}, {at}, build_id "
        "from built.marts.rpt_publications where publication_number = 0"
    )
    parts = ("", "reporting_", "overdue_", "over_90_", "disputed_")
    return {
        "rpt_publications": (
            f"{_with_number('rpt_publications', own_publication)} "
            "union all by name select *, true as is_shown from missed_publications"
        ),
        "rpt_reported_kpis": f"{_with_number('rpt_reported_kpis', own)} union all by name {_MISSED_KPIS}",
        "rpt_restatements": (
            "select * from built.marts.rpt_restatements union all by name select publications.*, "
            "restated.* exclude (publication_number), "
            f"{', '.join(f'after_{part}amount - before_{part}amount as {part}difference_amount' for part in parts)} "
            f"from (select * from {draft.raw}.restatements union all by name "
            f"select *, cast({draft.number} as integer) as publication_number from restatements) as restated "
            "inner join new_publications as publications using (publication_number) "
            "order by publication_number, customer_id, document_id, instalment_no, valid_from_on"
        ),
    }


_MISSED_KPIS = f"""
    select
        said.publication_number, said.published_at, said.build_id, said.is_past, said.known_at_load_id, {_KEY},
        said.as_of_on, said.period_ending_on <= said.as_of_on as is_complete, said.reported_value,
        now.restated, now.restated_as_of_on,
        case when said.as_of_on = now.restated_as_of_on then now.restated - said.reported_value end as difference
    from (
        select
            missed.* exclude (as_of_on, reporting_currency), said.* exclude (publication_number),
            least(said.period_ending_on, missed.as_of_on) as as_of_on
        from missed_values as said
        inner join missed_publications as missed using (publication_number)
    ) as said
    left join (from built.marts.rpt_reported_kpis where publication_number = 0) as now using ({_KEY})
"""


def _with_number(mart: str, own: dict[str, str]) -> str:
    """The rows of a build's mart, its own ones with what publishing knows of them."""
    replaced = ", ".join(
        f"case when publication_number = 0 then {value} else {name} end as {name}" for name, value in own.items()
    )
    return f"select * replace ({replaced}) from built.marts.{mart}"


def _gather_missed(connection: duckdb.DuckDBPyConnection, draft: Draft) -> None:
    """What was published since the build was made and is of its knowledge: this build itself, or one of the past."""
    connection.execute(
        f"""
        create or replace temp table missed_publications as
        select * from {draft.raw}.publications
        where
            publication_number not in (select publication_number from built.marts.rpt_publications)
            and newest_load_id <= (
                select known_at_load_id from built.marts.rpt_publications where publication_number = 0
            )
        """
    )
    connection.execute(
        "create or replace temp table missed_values as "
        f"select publication_number, {_KEY}, reported_value from {draft.raw}.reported_kpis where false"
    )
    for number, is_past in connection.execute(
        "select publication_number, is_past from missed_publications order by publication_number"
    ).fetchall():
        said = _standing(draft.raw, number, is_past=is_past)
        connection.execute(f"insert into missed_values select cast({number} as integer), * from ({said})")


def _standing(raw: str, number: int, *, is_past: bool) -> str:
    """What publication ``number`` said, of each figure the last statement until then; of the past, its own only."""
    until = f"publication_number = {number}" if is_past else f"publication_number <= {number} and not is_past"
    return f"""
        select {_KEY}, reported_value
        from (
            select reported.*
            from {raw}.reported_kpis as reported
            inner join (select publication_number, is_past from {raw}.publications) as publications
                using (publication_number)
            where {until}
            qualify row_number() over (partition by {_KEY} order by publication_number desc) = 1
        )
        where is_stated
    """


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


def _text(value: object) -> str:
    return str(value).replace("'", "''")
