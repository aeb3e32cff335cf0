"""The statutory tables of payment delays, D441-6."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import export, filters, html, listing, page, sentence
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.queries import ledger
from dashboards.lib.tables import Column, Kind

_TAXES = {"with_tax": "With tax", "without_tax": "Without tax"}
_STATUTORY_TABLES = {
    "I": "I. Due and not settled at the year's end",
    "II": "II. Late at some time in the year",
}
_DELAYS = {
    "0": "0 (for information)",
    "1-30": "1 to 30",
    "31-60": "31 to 60",
    "61-90": "61 to 90",
    "91+": "91 and more",
    "total": "Total, 1 and more",
    "disputed": "Left out, disputed",
}
_STATUTORY_COLUMNS = (
    Column("statutory_table", "Table"),
    Column("delay_column", "Days late"),
    Column("invoices_count", "Invoices", Kind.COUNT),
    Column("invoices_amount", "Amount", Kind.MONEY),
    Column("reference_rate", "Share", Kind.RATE),
    Column("issued_count", "Issued in the year", Kind.COUNT),
    Column("reference_amount", "Share of", Kind.MONEY),
    Column("tax_basis", "Tax"),
    Column("entity_id", "Entity"),
    Column("year_ending_on", "Financial year to", Kind.DATE),
    Column("base_currency", "Currency"),
)


def draw(here: Context) -> None:
    """The French statutory tables of an entity's financial year, laid out as the order has them."""
    years = ledger.statutory_years(here.warehouse, here.view)
    if not years:
        return
    by_code = {f"{row['entity_id']}/{row['year_ending_on']}": row for row in years}
    with page.card("statutory"):
        title, tools = st.columns([3, 2], vertical_alignment="top")
        with st.container(horizontal=True, vertical_alignment="center", key="statutory-filters"):
            code = filters.select(
                "year",
                "Entity and financial year",
                list(by_code),
                next(iter(by_code)),
                lambda code: f"{by_code[code]['entity_name']}, year to {here.fmt.day(by_code[code]['year_ending_on'])}",
                width=400,
                quiet=True,
            )
            known = {basis: words for basis, words in _TAXES.items() if basis in by_code[code]["tax_bases"]}
            basis = filters.segmented("tax", "Amounts", known, next(iter(known)), quiet=True)
        year = by_code[code]
        rows = ledger.statutory(here.warehouse, year["entity_id"], year["year_ending_on"], basis)
        currency = rows[0]["base_currency"]
        with title:
            note = f"Code de commerce, D441-6, I 2° and II: issued invoices, {currency}, {_TAXES[basis].lower()}"
            st.html(html.title(sentence.statutory(rows, currency, here.fmt), note))
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(
                here,
                "Statutory tables of payment delays, D441-6",
                currency=currency,
                chosen=[("Of", f"{year['entity_name']}, year to {year['year_ending_on']}, {_TAXES[basis].lower()}")],
            )
            export.buttons(rows, _STATUTORY_COLUMNS, f"d441-6-{year['entity_id']}", facts, key="statutory")
        for table, words in _STATUTORY_TABLES.items():
            st.html(_statutory_table([row for row in rows if row["statutory_table"] == table], words, here))
        page.note(
            "For the layout to paste, in French too: encours statutory. Invoices with a disputed part are left out of "
            "the delays, whole, and counted apart."
        )
        _delayed(year, rows, basis, here)


def _delayed(year: Row, rows: list[Row], basis: str, here: Context) -> None:
    """The invoices of one cell of the tables."""
    cells = {f"{row['statutory_table']}/{row['delay_column']}": row for row in rows}
    words = {"": "List the invoices of …"} | {
        code: f"{_STATUTORY_TABLES[row['statutory_table']]}: {_DELAYS[row['delay_column']].lower()}"
        for code, row in cells.items()
    }
    code = filters.select("delay", "Invoices of", list(words), "", lambda code: words[code], width=400, quiet=True)
    if not code:
        return
    cell, currency = cells[code], rows[0]["base_currency"]

    columns = (
        Column("document_number", "Document", width=144, pinned=True),
        Column("kind_words", "Kind", width=96),
        Column("customer_name", "Customer", width=216),
        Column("posted_on", "Posted", Kind.DATE, 104),
        Column("due_on", "Due", Kind.DATE, 104),
        Column("delay_days", "Days late", Kind.COUNT, 88),
        Column("value", f"With tax, {currency}", Kind.MONEY, 144),
    )

    def check(items: Sequence[Row]) -> None:
        count = items[0]["documents_count"] if items else 0
        if basis == "with_tax":
            told = here.fmt.count(count, "invoice")
            page.check(told, items[0]["total_value"] if items else 0, cell["invoices_amount"], here.fmt.amount)
        else:
            page.check("The documents", count, cell["invoices_count"], here.fmt.number, "number of invoices")

    listing.documents(
        lambda limit: ledger.delayed(
            here.warehouse,
            year["entity_id"],
            year["year_ending_on"],
            cell["statutory_table"],
            cell["delay_column"],
            limit=limit,
        ),
        columns,
        here,
        title=words[code],
        note="With tax; an instalment has a row of its own. A row opens the document",
        currency=currency,
        most=ledger.MOST_ROWS,
        file=f"d441-6-{year['entity_id']}-invoices",
        key="delayed",
        said=f"D441-6, {words[code]}",
        check=check,
    )


def _statutory_table(rows: list[Row], words: str, here: Context) -> str:
    fmt = here.fmt
    heads = "".join(f"<th>{escape(_DELAYS[row['delay_column']])}</th>" for row in rows)
    share = "sales of the year" if rows[0]["statutory_table"] == "I" else "what was issued in the year"
    lines = {
        "Invoices": [fmt.number(row["invoices_count"]) for row in rows],
        "Amount": [fmt.amount(row["invoices_amount"]) for row in rows],
        f"Share of {share}": [fmt.rate(row["reference_rate"], 2) for row in rows],
    }
    body = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(f'<td>{escape(value)}</td>' for value in values)}</tr>"
        for name, values in lines.items()
    )
    of = f"{fmt.count(rows[0]['issued_count'], 'invoice')} issued in the year; {share}: "
    of += fmt.amount(rows[0]["reference_amount"])
    return (
        f'<p class="enc-card-note"><b>{escape(words)}</b> · {escape(of)}</p><div class="enc-scroll">'
        f'<table class="enc-table"><thead><tr><th>Days late</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )
