"""What a printed list says its items come to, held against the items that were read from it."""

from __future__ import annotations

from decimal import Decimal

from ingest import printed
from ingest.errors import ControlError
from ingest.header import position_of
from ingest.printed import GROUP, ITEM, SUBTOTAL, TOTAL, Lines, Printed
from ingest.projection import STATE_FAULTY, STATE_REFUSED
from ingest.sql import ident
from ingest.stage import Stage, StagedFile

DIFFERENCES_TOLD = 5
"""Groups that differ in the message; the rest are counted."""


def check(stage: Stage) -> None:
    """Raise `ControlError` where the items of a printed list do not come to its subtotals and its total.

    Rejected items count as far as their amounts can be read. Where no subtotal tells whose items they are, a rejected
    line that stands in for a heading must have no items below it.
    """
    for staged in stage.files:
        if staged.table.printed is not None and not staged.result.is_mended:
            _check_file(stage, staged)


def _check_file(stage: Stage, staged: StagedFile) -> None:
    form = staged.table.printed
    assert form is not None
    differences: list[str] = []
    if form.subtotal is not None and form.subtotal.checked:
        differences += _subtotals(stage, staged)
    elif form.group is not None:
        _refuse_unread_heads(stage, staged, form, form.group)
    if form.total is not None and form.total.checked:
        differences += _total(stage, staged)
    if not differences:
        return
    told = "".join(f"  {line}\n" for line in differences[:DIFFERENCES_TOLD])
    more = f"  and {len(differences) - DIFFERENCES_TOLD:,} more\n" if len(differences) > DIFFERENCES_TOLD else ""
    raise ControlError(
        f"{staged.result.file}: its items do not come to what it prints:\n{told}{more}"
        "Nothing was loaded. A line may have been left out or taken twice (mapping, `printed`), a row rejected whose "
        "amount cannot be read, or a total printed in another currency than its items (`checked: false`)."
    )


def _lines(stage: Stage, staged: StagedFile) -> str:
    """The lines of the file with their kind, group, what heads it, and the amount as the file says it."""
    column = "open_amount" if staged.fed("open_amount") else staged.table.target.control_amount or "amount"
    group = staged.table.printed.group if staged.table.printed is not None else None
    heading = f"p.c{position_of(staged.reading.header, group.column)}" if group is not None else "null"
    return (
        f"(select p.rowid as number, p._kind, p._group, p._headed, p._inherits, s._state, {heading} as heading, "
        f"{stage.as_read(column)} as amount "
        f"from {ident(printed.table(staged.number))} as p "
        f"join {stage.name} as s on s.rowid = p.rowid + {staged.first_row} and {staged.rows_where})"
    )


def _refuse_unread_heads(stage: Stage, staged: StagedFile, form: Printed, group: Lines) -> None:
    """Raise `ControlError` where items would go to the group before, for what heads them is not read as a heading."""
    # Where items have something in that column of their own, what has an amount is one of them.
    like_a_head = "_headed" if group.column in form.fill_down else "_headed and amount is null"
    row = stage.connection.execute(
        f"select any_value(head), count(*), any_value(above) from ("
        f"select *, max(case when _kind = '{GROUP}' then heading end) over (partition by _group) as above, "
        f"last_value(case when _kind = '{ITEM}' and _state in ({STATE_FAULTY}, {STATE_REFUSED}) and {like_a_head} "
        f"then heading end ignore nulls) over (partition by _group order by number) as head, "
        f"from {_lines(stage, staged)}) where head is not null and _inherits and not ({like_a_head}) "
        f"group by _group, head order by min(number) limit 1"
    ).fetchone()
    if row is None:
        return
    head, items, above = row
    place = f"'{above}'" if above else "no group"
    raise ControlError(
        f"{staged.result.file}: '{head}' stands where groups are headed ({group.column}) and is not read as a heading "
        f"(mapping, `printed`): {items:,} items below it would go to {place}. Nothing was loaded. "
        "Make `like` or `blank` of `group` wider; if it heads nothing, pass it over with `drop`."
    )


def _subtotals(stage: Stage, staged: StagedFile) -> list[str]:
    found = stage.connection.execute(
        f"select _group, count(*) filter (_kind = '{SUBTOTAL}'), sum(amount) filter (_kind = '{SUBTOTAL}'), "
        f"coalesce(sum(amount) filter (_kind = '{ITEM}'), 0), count(*) filter (_kind = '{ITEM}'), "
        f"any_value(heading) filter (_kind = '{GROUP}') from {_lines(stage, staged)} group by 1 order by 1"
    ).fetchall()
    differences = []
    for _, subtotals, printed_amount, items_amount, items, heading in found:
        place = heading or "before the first group"
        if not subtotals and items:
            differences.append(f"{place}: no subtotal after {items:,} items")
        elif subtotals > 1:
            differences.append(f"{place}: {subtotals:,} subtotals")
        elif subtotals and printed_amount != items_amount:
            differences.append(f"{place}: {_differs(printed_amount, items_amount)}")
    return differences


def _total(stage: Stage, staged: StagedFile) -> list[str]:
    row = stage.connection.execute(
        f"select count(*) filter (_kind = '{TOTAL}'), sum(amount) filter (_kind = '{TOTAL}'), "
        f"coalesce(sum(amount) filter (_kind = '{ITEM}'), 0) from {_lines(stage, staged)}"
    ).fetchone()
    assert row is not None
    totals, printed_amount, items_amount = row
    if not totals:
        return ["its last line should be the total, and there is none: the file broke off, or prints it otherwise"]
    if totals > 1:
        return [f"{totals:,} lines are totals; make `like` narrower"]
    return [f"total: {_differs(printed_amount, items_amount)}"] if printed_amount != items_amount else []


def _differs(printed_amount: Decimal | None, items_amount: Decimal) -> str:
    if printed_amount is None:
        return f"its amount cannot be read; the items come to {items_amount:,}"
    return f"{printed_amount:,} printed, {items_amount:,} found, difference {items_amount - printed_amount:,}"
