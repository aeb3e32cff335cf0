"""The members of a dimension side by side."""

from __future__ import annotations

from dashboards.lib import export, filters, narrow, navigate, page, sentence, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.measures import MEASURES, Measure, Unit
from dashboards.lib.queries import cuts
from dashboards.lib.tables import KINDS, Column, Kind

_MEMBER_WIDTHS = {Unit.MONEY: 136, Unit.RATE: 136, Unit.DAYS: 168, Unit.TIMES: 120}


def _heading(measure: Measure, currency: str) -> str:
    """A figure's name with its unit, for the head of a column."""
    unit = {Unit.MONEY: f", {currency}", Unit.DAYS: ", days"}.get(measure.unit, "")
    return f"{measure.tile}{unit}"


def draw(dimension: str, scope: str, here: Context) -> None:
    """The members of a dimension side by side; a row makes the page speak of that member."""
    currency, fmt = here.view.currency, here.fmt

    def found(limit: int | None) -> list[Row]:
        members = cuts.members(here.warehouse, here.view, dimension, scope, limit=limit)
        return [{**row, "member_words": narrow.words_of(dimension, row)} for row in members]

    rows = found(cuts.MOST_MEMBERS)
    columns = (
        Column("member_words", cuts.DIMENSIONS[dimension], width=168, pinned=True),
        *(
            Column(
                column,
                _heading(MEASURES[column], currency),
                KINDS[unit],
                _MEMBER_WIDTHS[unit],
                help=MEASURES[column].whole,
            )
            for column in cuts.FIGURES
            for unit in (MEASURES[column].unit,)
        ),
    )
    columns = (
        *columns[:3],
        Column("overdue_amount_change", f"Change in a week, {currency}", Kind.WHOLE_MONEY, 136, signed=True),
        *columns[3:],
    )
    named = [row for row in rows if row["member"] not in (cuts.NOT_GIVEN, cuts.ALONE)]
    message = sentence.members(named, [row["member_words"] for row in named], currency, fmt)
    count = rows[0]["members_count"] if rows else 0
    note = f"{fmt.count(count, 'member')}; amounts add up to all. A row makes the page speak of it alone."
    if count > len(rows):
        note = f"The {fmt.number(len(rows))} with most overdue of {note}"
    with page.headed(message, note):
        facts = export.about(
            here,
            f"Figures by {cuts.DIMENSIONS[dimension].lower()}",
            currency=currency,
            chosen=[("Scope", filters.SCOPES[scope])],
        )
        export.buttons(lambda: found(None), columns, f"by-{dimension}-{here.view.week.as_of_on}", facts, key="members")
    if rows:
        tables.show(
            rows,
            columns,
            fmt,
            key=f"members-table-{dimension}",
            alt=f"Figures by {cuts.DIMENSIONS[dimension].lower()}",
            on_open=_speak_of,
            most_rows=10,
            bold=lambda row: here.view.cut is not None and row["member"] == here.view.cut.member,
        )
    else:
        page.note("No figures for this week and entity.")


def _speak_of(row: Row) -> None:
    filters.put(navigate.MEMBER, row["member"], None)
