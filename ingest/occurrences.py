"""Mended rows that have no id of their own, among rows alike: each is told apart from them by its occurrence."""

from __future__ import annotations

from ingest.contract import Table
from ingest.mended import AGAIN, CAME_IN, MENDED_ROWS, Mends
from ingest.pictures import slices
from ingest.projection import STATE_TAKEN
from ingest.schema import SCHEMA
from ingest.sql import ident, text
from ingest.stage import Stage, StagedFile
from ingest.structure import record_of


def count_on(stage: Stage, mends: Mends) -> None:
    """Count mended rows on from rows alike, so that each gets an id that is not taken.

    The rows alike are those in the books since the load that rejected, or longer, and what was mended since. Of a file
    of changes only those that came with the file itself: what it repeats of another is the same row. Nor does what
    stayed in a picture only for being rejected there count: mended, it is there again.
    """
    if not stage.table.id_from:
        return
    for staged in stage.files:
        places = mends.places[staged.number]
        is_changes = staged.mapping.tables[0].kind == "delta"
        apart = ", p.rejected_in, p.file" if is_changes else ""
        known = (
            "c.came_in = p.rejected_in and c._file = p.file"
            if is_changes
            else ("c.came_in <= p.rejected_in and (c.came_in = p.rejected_in or not p.some_stayed)")
        )
        stayed = {number: _stayed(stage, staged, number) for number in {place.load_id for place in places}}
        own_file = "and m.rejected_in = p.rejected_in and m.file = p.file" if is_changes else ""
        join, record = record_of(staged, "s.rowid")
        stage.connection.execute(
            f"""
            create or replace temp table ingest_counted as
            with p as (
                select unnest(range(1, len($loads) + 1)) as record, unnest($loads) as rejected_in,
                    unnest($files) as file, unnest($stayed) as some_stayed
            ),
            c as (
                select *, {CAME_IN} as came_in from {SCHEMA}.{ident(stage.table.name)} as c
                where {_is_current("c", staged)} and {_is_derived("c", stage.table)}
            ),
            m as (from ({MENDED_ROWS}) where {_is_of_slice(staged)}),
            mended_rows as (
                select s.rowid as row_id, p.rejected_in, p.file, p.some_stayed,
                    row_number() over (partition by {_content("s", stage.table)}{apart} order by s.rowid) as occurrence
                from {stage.name} as s {join} inner join p on p.record = {record}
                where {_is_taken(stage, [staged])}
            )
            select p.row_id,
                any_value(p.occurrence) + coalesce(max({_occurrence("c", stage.table)}), 0) as occurrence
            from mended_rows as p
            inner join {stage.name} as s on s.rowid = p.row_id
            left join c on {_are_alike("c", "s", stage.table)} and (
                ({known}) or exists (
                    select 1 from m where m.mended_in = c.came_in and m.mended_file = c._file
                        and m.mended_record = c._line {own_file}
                )
            )
            group by p.row_id
            """,
            {
                "loads": [place.load_id for place in places],
                "files": [place.file for place in places],
                "stayed": [stayed[place.load_id] for place in places],
            },
        )
        _renumber(stage, [staged])


def _stayed(stage: Stage, staged: StagedFile, load_id: int) -> bool:
    """Whether a load left rows current that its picture did not hold so, those mended before apart."""
    found = stage.connection.execute(
        f"""
        with m as (from ({MENDED_ROWS}) where {_is_of_slice(staged)} and load_id = $load_id and mended_in < load_id)
        select
            (
                select count(*) from {SCHEMA}.{ident(stage.table.name)} as c
                where {_is_current("c", staged)} and {CAME_IN} <= $load_id and not exists (
                    select 1 from m where m.mended_in = {CAME_IN} and m.mended_file = c._file
                        and m.mended_record = c._line
                )
            ) > (
                select sum(rows_new + rows_changed + rows_unchanged) from {SCHEMA}.loads
                where {_is_of_slice(staged)} and load_id = $load_id
            )
        """,
        {"load_id": load_id},
    ).fetchone()
    assert found is not None
    return bool(found[0])


def pass_over(stage: Stage) -> None:
    """Pass over the occurrences of mended rows that stay, the lines they were made of being wrong in the files still.

    Rows that the files have right would else be taken for them.
    """
    if not stage.table.id_from:
        return
    for files in slices(stage).values():
        for picture in [files] if files[0].is_whole else [[staged] for staged in files]:
            numbers = ", ".join(str(staged.number) for staged in picture)
            stage.connection.execute(
                f"""
                create or replace temp table ingest_counted as
                with kept as (
                    select c.*, {_occurrence("c", stage.table)} as occurrence
                    from {SCHEMA}.{ident(stage.table.name)} as c
                    inner join {AGAIN} as a
                        on a.mended_in = {CAME_IN} and a.mended_file = c._file and a.mended_record = c._line
                    where a.table_name = {text(stage.table.name)} and a.file_number in ({numbers})
                        and {_is_current("c", picture[0])} and {_is_derived("c", stage.table)}
                ),
                -- What moves by one for the kept one before need not reach the next by itself.
                moving as (
                    select *, occurrence + 1 - row_number() over (
                        partition by {_content("kept", stage.table)} order by occurrence
                    ) as first_moved
                    from kept
                )
                select s.rowid as row_id, any_value({_occurrence("s", stage.table)}) + count(*) as occurrence
                from {stage.name} as s
                inner join moving as k
                    on {_are_alike("k", "s", stage.table)} and k.first_moved <= {_occurrence("s", stage.table)}
                where {_is_taken(stage, picture)}
                group by s.rowid
                """
            )
            _renumber(stage, picture)


def _renumber(stage: Stage, files: list[StagedFile]) -> None:
    """Give rows of ``files`` the occurrences of ``ingest_counted``."""
    derived = ident(stage.table.key[-1])
    counted = stage.connection.execute(
        f"update {stage.name} as s set {derived} = {_stem('s', stage.table)} || '-' || n.occurrence "
        "from ingest_counted as n where s.rowid = n.row_id"
    ).fetchone()
    if counted is not None and counted[0]:
        for staged in files:
            stage.hash_again(staged)


def _is_of_slice(staged: StagedFile) -> str:
    values = ", ".join(map(text, (staged.result.source, staged.result.table_name, staged.result.slice)))
    return f"(source, table_name, slice) = ({values})"


def _is_current(alias: str, staged: StagedFile) -> str:
    return (
        f"{alias}._replaced_in is null and {alias}._source = {text(staged.result.source)} "
        f"and {alias}._slice = {text(staged.result.slice)}"
    )


def _is_taken(stage: Stage, files: list[StagedFile]) -> str:
    """The condition on rows ``s`` of the stage that are taken and have a derived id."""
    numbers = ", ".join(str(staged.number) for staged in files)
    return f"s._file_number in ({numbers}) and s._state = {STATE_TAKEN} and {_is_derived('s', stage.table)}"


def _is_derived(alias: str, table: Table) -> str:
    """Whether an id is one that was derived, and not the file's own."""
    return f"regexp_matches({alias}.{ident(table.key[-1])}, '^#[0-9a-f]{{16}}-[0-9]+$')"


def _stem(alias: str, table: Table) -> str:
    """A derived id without its occurrence."""
    return f"regexp_replace({alias}.{ident(table.key[-1])}, '-[0-9]+$', '')"


def _occurrence(alias: str, table: Table) -> str:
    return f"cast(regexp_extract({alias}.{ident(table.key[-1])}, '-([0-9]+)$', 1) as bigint)"


def _content(alias: str, table: Table) -> str:
    """The expressions that rows alike have alike."""
    return ", ".join([*(f"{alias}.{ident(name)}" for name in table.key[:-1]), _stem(alias, table)])


def _are_alike(left: str, right: str, table: Table) -> str:
    others = (f"{left}.{ident(name)} is not distinct from {right}.{ident(name)}" for name in table.key[:-1])
    return " and ".join([*others, f"{_stem(left, table)} = {_stem(right, table)}"])
