"""Lists with a file of them all: documents that add up to a figure, and the rows that a reader's filters leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboards.lib import export, navigate, page, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.tables import Column

MOST_CHOSEN = 1_000


def documents(
    found: Callable[[int | None], Sequence[Row]],
    columns: Sequence[Column],
    here: Context,
    *,
    title: str,
    note: str,
    currency: str,
    most: int,
    file: str,
    key: str,
    said: str = "",
    chosen: Sequence[tuple[str, str]] = (),
    check: Callable[[Sequence[Row]], None] | None = None,
) -> None:
    """Draw them.

    ``found``: so many of them, or all. ``most``: how many the page reads; the file has all. ``said``: what the file
    calls them, by default ``title``, and ``chosen`` what else it says of them. ``check`` says under the title whether
    the rows add up. Columns may name what `tables.worded` adds.
    """
    items = tables.worded(found(most))
    with page.headed(title, note, under=(lambda: check(items)) if check else None):
        facts = export.about(here, said or title, currency=currency, chosen=chosen)
        export.buttons(lambda: tables.worded(found(None)), columns, file, facts, key=key)
    if items:
        tables.show(
            items,
            columns,
            here.fmt,
            key=f"{key}-table",
            alt=said or title,
            on_open=navigate.open_document,
            most_rows=8,
        )


def chosen(
    found: Callable[[int | None], Sequence[Row]],
    columns: Sequence[Column],
    here: Context,
    *,
    noun: str,
    what: str,
    note: str,
    file: str,
    key: str,
    asked: Sequence[tuple[str, str]],
    on_open: Callable[[Row], None],
    most_rows: int,
    of: str = "",
    above: Callable[[Sequence[Row]], None] | None = None,
) -> None:
    """Draw the rows that the filters leave: how many there are and what they come to, files of all, the first of them.

    ``found``: so many of them, or all; each row has the ``chosen_count`` and ``chosen_amount`` of all. ``what`` the
    file calls them, ``asked`` what was filtered by, ``of`` names the amount. ``above`` draws between title and table.
    """
    rows, fmt, currency = found(MOST_CHOSEN), here.fmt, here.view.main_currency
    count = rows[0]["chosen_count"] if rows else 0
    whole = fmt.short_money(rows[0]["chosen_amount"] if rows else 0, currency)
    if count > len(rows):
        note += f"; the first {fmt.number(len(rows))} are shown, the file has all"
    with page.headed(f"{fmt.count(count, noun)}: {whole} {of}".strip(), note):
        facts = export.about(here, what, currency=currency, chosen=asked)
        day = here.warehouse.publication.as_of_on
        export.buttons(lambda: found(None), columns, f"{file}-{day}", facts, key=key)
    if not rows:
        page.note(f"No {noun} matches these filters.")
        return
    if above:
        above(rows)
    tables.show(rows, columns, fmt, key=f"{key}-table", alt=what, on_open=on_open, most_rows=most_rows)
