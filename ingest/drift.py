"""What of a source's columns is otherwise than in its last loads: gone, new, emptier, turned, a hundred times larger.

Each load keeps a profile of its columns, a slice at a time. The next one of the same source, table and kind of slice
(months and other periods of one entity are of one kind) is held against the profiles of the last few: only what lies
beyond all of them is told. What hits a column no row can do without refuses the load, unless that is accepted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from ingest import marks, rejects
from ingest.column_source import fold, headers_of
from ingest.contract import LOAD_DRIFTS, LOAD_PROFILES, ColumnType, Table
from ingest.errors import DriftError
from ingest.header import match
from ingest.projection import STATE_FILTERED
from ingest.report import FileResult
from ingest.schema import SCHEMA
from ingest.sql import ident, idents, text
from ingest.stage import Stage, StagedFile

LOADS_COMPARED = 5
"""Profiles a load is held against: with the weekly rhythm of most sources a month, so that its turn is among them."""

MIN_ROWS = 50
"""Fewer rows prove nothing: a share of 50 rows is uncertain by 7 points, and three times that is `SHARE_RISE`."""

SHARE_RISE = 0.20
"""A share of empty values is sudden where it is this much above the highest so far."""

MOSTLY = 0.75
"""A column whose values are mostly of one kind (a sign, digits) has turned where they are as mostly of the other."""

SCALE = 30
"""Medians this many times apart are told: a lost decimal mark makes 100, and what is within a factor of ten can be
business; between the two, 30 is as far from either."""

CODES_AT_MOST = 25
"""A text column with no more values than this is taken for coded, if they repeat `CODE_REPEATS` times on average."""

CODE_REPEATS = 10

CODED_ROWS = 100
"""A column is known to be coded from so many values on: among fewer a rare code is often not there."""

SAMPLED_ROWS = 20_000
"""Medians and the form of texts are taken of so many rows, spread over the file: that is exact to half a point."""

VALUES_TOLD = 5

VANISHED, APPEARED, EMPTIED, RETYPED, NEW_VALUES, TURNED, SCALED = (
    "vanished",
    "appeared",
    "emptied",
    "retyped",
    "new values",
    "turned",
    "scaled",
)


@dataclass(frozen=True)
class Profile:
    """One column of one slice in one load."""

    source_column: str
    """The header, folded; empty where no column of the file feeds the canonical one."""
    column_name: str | None
    """The canonical column; none of a column that is not read."""
    rows: int
    empty_share: float | None = None
    unreadable_share: float | None = None
    """Of rows whose value cannot be read as the column's type."""
    negative_share: float | None = None
    digits_share: float | None = None
    """Of texts: those that are digits only."""
    median_amount: Decimal | None = None
    """Of amounts: the median without sign, zeros apart."""
    codes: tuple[str, ...] | None = None
    """Of texts: the values, where they are few."""


@dataclass(frozen=True)
class Drift:
    """One thing that is otherwise."""

    kind: str
    column: str
    words: str
    is_required: bool


def check(stages: Sequence[Stage], load_id: int, accept: bool) -> None:
    """Profile all slices of a load, hold them against the last loads, and write down both.

    What changed is added to the warnings of the slice's first file. Raises `DriftError` where a required column is
    hit and ``accept`` is not given.
    """
    for stage in stages:
        for (source, part), files in _slices(stage).items():
            profiles = _profiles(stage, files)
            before = _before(stage.connection, source, stage.table.name, part, load_id)
            drifts = compare(stage.table, profiles, before)
            result = files[0].result
            _refuse(files, drifts, accept)
            result.warnings += [f"changed since the last loads: {drift.words}" for drift in drifts]
            _write(stage.connection, load_id, result, profiles, drifts)


def _slices(stage: Stage) -> dict[tuple[str, str], list[StagedFile]]:
    found: dict[tuple[str, str], list[StagedFile]] = {}
    for staged in stage.files:
        if not staged.result.is_mended:
            found.setdefault((staged.result.source, staged.result.slice), []).append(staged)
    return found


def _refuse(files: Sequence[StagedFile], drifts: Sequence[Drift], accept: bool) -> None:
    grave = [drift for drift in drifts if drift.is_required]
    if grave and not accept:
        raise DriftError(
            f"{', '.join(staged.path.name for staged in files)}: {files[0].table.table} cannot do without what has "
            "changed since the last loads:\n"
            + "".join(f"  {drift.words}\n" for drift in grave)
            + "Nothing was loaded. Look into the file; if it is right as it is, load it with --accept-drift."
        )


def compare(table: Table, now: Sequence[Profile], before: Sequence[Sequence[Profile]]) -> list[Drift]:
    """What of ``now`` lies beyond all profiles of ``before`` (the newest load first)."""
    if not before:
        return []
    drifts = list(_header_drifts(table, now, before[0]))
    for profile in now:
        if profile.column_name is None or profile.rows < MIN_ROWS:
            continue
        past = [
            other
            for profiles in before
            for other in profiles
            if other.column_name == profile.column_name and other.rows >= MIN_ROWS
        ]
        if past:
            required = table.column_by_name[profile.column_name].required
            drifts += [
                Drift(kind, profile.column_name, f"{profile.column_name} {words}", required and kind != NEW_VALUES)
                for kind, words in _value_drifts(profile, past)
            ]
    return drifts


def _header_drifts(table: Table, now: Sequence[Profile], last: Sequence[Profile]) -> Iterable[Drift]:
    names = {profile.source_column for profile in now if profile.source_column}
    before = {profile.source_column: profile for profile in last if profile.source_column}
    fed = {profile.column_name for profile in now}
    for name in sorted(before.keys() - names):
        column = before[name].column_name
        # A column under another name, mapped anew, still feeds what it fed.
        if column is not None and column in fed:
            continue
        use = f", which fed {column}" if column is not None and column != name else ""
        required = column is not None and table.column_by_name[column].required
        yield Drift(VANISHED, column or name, f"column '{name}'{use} is no longer in the file", required)
    for name in sorted(names - before.keys()):
        column = next(profile.column_name for profile in now if profile.source_column == name)
        use = "is not read" if column is None else f"feeds {column}"
        yield Drift(APPEARED, column or name, f"column '{name}' is new in the file and {use}", False)


def _value_drifts(now: Profile, past: Sequence[Profile]) -> Iterable[tuple[str, str]]:
    empty = [other.empty_share for other in past if other.empty_share is not None]
    if now.empty_share is not None and empty and now.empty_share >= max(empty) + SHARE_RISE:
        yield EMPTIED, f"is empty in {now.empty_share:.0%} of the rows, and was in at most {max(empty):.0%}"
    unreadable = [other.unreadable_share for other in past if other.unreadable_share is not None]
    if now.unreadable_share is not None and unreadable and now.unreadable_share >= max(unreadable) + SHARE_RISE:
        yield (
            RETYPED,
            f"cannot be read in {now.unreadable_share:.0%} of the rows, and could not in at most {max(unreadable):.0%}",
        )
    digits = [other.digits_share for other in past if other.digits_share is not None]
    if now.digits_share is not None and digits:
        if now.digits_share <= 1 - MOSTLY and min(digits) >= MOSTLY:
            yield RETYPED, f"is a number in {now.digits_share:.0%} of the rows, and was in at least {min(digits):.0%}"
        elif now.digits_share >= MOSTLY and max(digits) <= 1 - MOSTLY:
            yield RETYPED, f"is a number in {now.digits_share:.0%} of the rows, and was in at most {max(digits):.0%}"
    negative = [other.negative_share for other in past if other.negative_share is not None]
    if now.negative_share is not None and negative:
        if now.negative_share >= MOSTLY and max(negative) <= 1 - MOSTLY:
            yield (
                TURNED,
                f"is below zero in {now.negative_share:.0%} of the rows, and was in at most {max(negative):.0%}",
            )
        elif now.negative_share <= 1 - MOSTLY and min(negative) >= MOSTLY:
            yield (
                TURNED,
                f"is below zero in {now.negative_share:.0%} of the rows, and was in at least {min(negative):.0%}",
            )
    medians = [other.median_amount for other in past if other.median_amount]
    if now.median_amount and medians:
        if now.median_amount >= SCALE * max(medians):
            yield SCALED, f"has a median of {now.median_amount:,}, and had at most {max(medians):,}"
        elif now.median_amount * SCALE <= min(medians):
            yield SCALED, f"has a median of {now.median_amount:,}, and had at least {min(medians):,}"
    yield from _new_values(now, past)


def _new_values(now: Profile, past: Sequence[Profile]) -> Iterable[tuple[str, str]]:
    """Values never seen, of a column that was coded in every load; many at once mean another code altogether."""
    known: set[str] = set()
    for other in past:
        if other.codes is None:
            return
        if other.rows * (1 - (other.empty_share or 0)) < max(CODED_ROWS, CODE_REPEATS * len(other.codes)):
            return
        known.update(other.codes)
    if not known:
        return
    if now.codes is None:
        yield NEW_VALUES, f"has more than {CODES_AT_MOST} values, and had {len(known)}"
        return
    new = [code for code in now.codes if code not in known]
    if new:
        more = f" and {len(new) - VALUES_TOLD} more" if len(new) > VALUES_TOLD else ""
        yield NEW_VALUES, f"has values never seen: {', '.join(new[:VALUES_TOLD])}{more}"


def _profiles(stage: Stage, files: Sequence[StagedFile]) -> list[Profile]:
    """The profiles of the columns of a slice: those that feed something, then those that are not read."""
    headers: dict[str, str] = {}
    unread: set[str] = set()
    for staged in files:
        found = match(staged.table, staged.reading.header)
        # What is made of several columns stands and falls with all of them.
        headers |= {
            name: " + ".join(fold(header) for header in headers_of(source)) for name, source in found.sources.items()
        }
        # Of a wide file the other columns are rows.
        unread.update(fold(name) for name in found.unmapped if staged.table.unpivot is None)
    columns = [column for column in stage.table.columns if column.name in headers]
    values = _measure(stage, files, [column.name for column in columns])
    made = [Profile(headers[column.name], column.name, **vars(values[column.name])) for column in columns]
    rows = made[0].rows if made else 0
    return [*made, *(Profile(name, None, rows) for name in sorted(unread - set(headers.values())))]


@dataclass(frozen=True)
class _Values:
    """What `Profile` says of a column's values."""

    rows: int
    empty_share: float | None
    unreadable_share: float | None
    negative_share: float | None
    digits_share: float | None
    median_amount: Decimal | None
    codes: tuple[str, ...] | None


def _measure(stage: Stage, files: Sequence[StagedFile], names: Sequence[str]) -> dict[str, _Values]:
    """What the named columns hold: one pass over the rows, and one over a sample."""
    if not names:
        return {}
    numbers = ", ".join(str(staged.number) for staged in files)
    rows_where = f"_state <> {STATE_FILTERED} and _file_number in ({numbers})"
    types = {name: stage.table.column_by_name[name].type for name in names}
    texts = [name for name in names if types[name] is ColumnType.TEXT]
    amounts = [name for name in names if types[name] is ColumnType.AMOUNT]
    whole = ["count(*)", *(f"count({ident(name)})" for name in names)]
    whole += [f"count(*) filter ({ident(name)} < 0)" for name in amounts]
    row = stage.connection.execute(f"select {', '.join(whole)} from {stage.name} where {rows_where}").fetchone()
    assert row is not None
    staged_rows = int(row[0])
    rows = staged_rows + sum(staged.unread for staged in files)
    filled = dict(zip(names, row[1:], strict=False))
    negative = dict(zip(amounts, row[1 + len(names) :], strict=True))
    step = max(staged_rows // SAMPLED_ROWS, 1)
    looked = [f"avg(cast(regexp_full_match({ident(name)}, '[0-9]+') as integer))" for name in texts]
    looked += [f"quantile_disc(abs({ident(name)}), 0.5) filter ({ident(name)} <> 0)" for name in amounts]
    sampled = stage.connection.execute(
        f"select {', '.join(looked) or 'null'} from {stage.name} where {rows_where} and rowid % {step} = 0"
    ).fetchone()
    assert sampled is not None
    digits, medians = dict(zip(texts, sampled, strict=False)), dict(zip(amounts, sampled[len(texts) :], strict=False))
    # Codes outside a closed list are rejected; those inside are known.
    codes = _codes(stage, rows_where, [name for name in texts if not stage.table.column_by_name[name].values])
    unreadable, unreadable_staged = _unreadable(stage, numbers)
    values = {}
    for name in names:
        # Of a column that is hardly ever filled the few values prove nothing.
        enough = filled[name] >= MIN_ROWS
        empty = max(staged_rows - filled[name] - unreadable_staged.get(name, 0), 0)
        values[name] = _Values(
            rows,
            empty / rows if rows else None,
            min(unreadable.get(name, 0) / rows, 1.0) if rows else None,
            negative[name] / filled[name] if enough and name in negative else None,
            digits.get(name) if enough else None,
            medians.get(name) if enough else None,
            codes.get(name) if enough else None,
        )
    return values


def _unreadable(stage: Stage, numbers: str) -> tuple[dict[str, int], dict[str, int]]:
    """Rows whose value cannot be read, by column: of all records, and of those on the stage."""
    staged = dict(
        stage.connection.execute(
            f"select column_name, count(distinct row_id) from {marks.TABLE} "
            f"where table_name = {text(stage.table.name)} "
            f"and file_number in ({numbers}) and {_UNREADABLE} group by 1"
        ).fetchall()
    )
    unread = stage.connection.execute(
        f"select column_name, count(distinct (file_number, position)) from {rejects.UNREAD} "
        f"where file_number in ({numbers}) and {_UNREADABLE} group by 1"
    ).fetchall()
    every = dict(staged)
    for name, count in unread:
        every[name] = every.get(name, 0) + count
    return every, staged


_UNREADABLE = (
    "column_name is not null "
    "and regexp_matches(reason, '^(is not a|is neither|is an error|does not fit|has more than)')"
)
"""Faults of a value that is there and is none of its column's type."""


def _codes(stage: Stage, rows_where: str, texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The values of the text columns that have few."""
    if not texts:
        return {}
    counted = stage.connection.execute(
        f"select {', '.join(f'approx_count_distinct({ident(name)})' for name in texts)} from {stage.name} "
        f"where {rows_where}"
    ).fetchone()
    assert counted is not None
    # The count is of estimates: what is near the limit is counted.
    few = [name for name, count in zip(texts, counted, strict=True) if count <= 2 * CODES_AT_MOST]
    found: dict[str, tuple[str, ...]] = {}
    for name in few:
        values = stage.connection.execute(
            f"select distinct {ident(name)} from {stage.name} "
            f"where {rows_where} and {ident(name)} is not null order by 1"
        ).fetchall()
        if len(values) <= CODES_AT_MOST:
            found[name] = tuple(value for (value,) in values)
    return found


def _kind_of(part: str) -> str:
    """What slices of one kind share: their entity; the period is what sets them apart."""
    return ",".join(piece for piece in part.split(",") if not piece.startswith("period=")) or "*"


def _before(
    connection: duckdb.DuckDBPyConnection, source: str, table_name: str, part: str, load_id: int
) -> list[list[Profile]]:
    """The profiles of slices of the kind of ``part`` in the last loads before ``load_id``, the newest first."""
    known = connection.execute(
        f"select distinct load_id, slice from {SCHEMA}.load_profiles "
        "where source = ? and table_name = ? and load_id < ? order by load_id desc, slice",
        [source, table_name, load_id],
    ).fetchall()
    alike = [(load, slice_) for load, slice_ in known if _kind_of(slice_) == _kind_of(part)]
    newest = sorted({load for load, _ in alike}, reverse=True)[:LOADS_COMPARED]
    found = []
    for load, slice_ in alike:
        if load not in newest:
            break
        rows = connection.execute(
            f"select source_column, column_name, row_count, empty_share, unreadable_share, negative_share, "
            f"digits_share, median_amount, codes from {SCHEMA}.load_profiles "
            "where load_id = ? and source = ? and table_name = ? and slice = ?",
            [load, source, table_name, slice_],
        ).fetchall()
        found.append([_profile(*row) for row in rows])
    return found


def _profile(
    source_column: str,
    column_name: str | None,
    rows: int,
    empty: Decimal | None,
    unreadable: Decimal | None,
    negative: Decimal | None,
    digits: Decimal | None,
    median: Decimal | None,
    codes: str | None,
) -> Profile:
    empty_share, unreadable_share, negative_share, digits_share = (
        None if share is None else float(share) for share in (empty, unreadable, negative, digits)
    )
    return Profile(
        source_column,
        column_name,
        rows,
        empty_share,
        unreadable_share,
        negative_share,
        digits_share,
        median,
        None if codes is None else tuple(json.loads(codes)),
    )


def _write(
    connection: duckdb.DuckDBPyConnection,
    load_id: int,
    result: FileResult,
    profiles: Sequence[Profile],
    drifts: Sequence[Drift],
) -> None:
    place = (load_id, result.source, result.table_name, result.slice)
    _insert(
        connection,
        LOAD_PROFILES,
        [
            (
                *place,
                each.source_column,
                each.column_name,
                each.rows,
                *(
                    None if share is None else round(share, 6)
                    for share in (each.empty_share, each.unreadable_share, each.negative_share, each.digits_share)
                ),
                each.median_amount,
                None if each.codes is None else json.dumps(each.codes, ensure_ascii=False),
            )
            for each in profiles
        ],
    )
    _insert(
        connection,
        LOAD_DRIFTS,
        [(*place, each.column, each.kind, each.words, each.is_required) for each in drifts],
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    if not rows:
        return
    columns = [column.name for column in table.columns]
    connection.executemany(
        f"insert into {SCHEMA}.{table.name} ({idents(columns)}) values ({', '.join('?' for _ in columns)})", rows
    )
