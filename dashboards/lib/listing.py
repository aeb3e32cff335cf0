"""Documents that add up to a figure: whether they do, a file of them all, and a table that opens each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards.lib import export, html, navigate, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.tables import Column


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
    head, tools = st.columns([3, 2], vertical_alignment="top")
    with head:
        st.html(html.title(title, note))
        if check:
            check(items)
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
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
