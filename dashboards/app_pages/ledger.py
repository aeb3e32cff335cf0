"""Ledger: how the balance rolled forward, its revaluation, the statutory tables, and what was reported before."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboards.lib import export, filters, html, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.figures import FIGURES
from dashboards.lib.measures import MEASURES, Measure, Unit
from dashboards.lib.queries import ledger
from dashboards.lib.tables import Column, Kind

_BASES = {"base": "Base currency", "document": "Document currency"}
_PERIODS = {"week": "Weeks", "month": "Months"}
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
_MOVES = {
    "billed_amount": "Billed",
    "credited_amount": "Credited",
    "collected_amount": "Collected",
    "refunded_amount": "Refunded",
    "bounced_amount": "Bounced",
    "written_off_amount": "Written off",
    "adjusted_amount": "Adjusted",
    "fx_amount": "FX",
}
_MOVE_WIDTHS = {"billed_amount": 104, "credited_amount": 88, "collected_amount": 104, "written_off_amount": 88}


def _roll_forward(here: Context) -> list[Row]:
    with page.card("roll-forward"):
        head, tools = st.columns([3, 2], vertical_alignment="top")
        basis = filters.segmented("books", "Amounts", _BASES, "base", quiet=True)
        rows = ledger.roll_forward(here.warehouse, here.view, basis)
        broken = sum(1 for row in rows if not row["adds_up"])
        columns = (
            Column("month_ending_on", "Month to", Kind.DATE, 96, pinned=True),
            Column("entity_id", "Entity", width=56),
            Column("currency", "Currency", width=64),
            Column("opening_amount", "Opening", Kind.MONEY, 104),
            *(Column(name, words, Kind.MONEY, _MOVE_WIDTHS.get(name, 80)) for name, words in _MOVES.items()),
            Column("closing_amount", "Closing", Kind.MONEY, 104),
            Column("gl_amount", "Ledger", Kind.MONEY, 104, help="The control accounts, where they give a balance"),
            Column("explained_amount", "Explained", Kind.MONEY, 88),
            Column("unexplained_amount", "Unexplained", Kind.MONEY, 96),
        )
        # The files hold all columns; the page leaves out moves that nowhere happened.
        shown = [column for column in columns if column.name not in _MOVES or any(row[column.name] for row in rows)]
        with head:
            st.html(
                html.title(
                    "Opening + billed − credited − collected … = closing",
                    "By month, entity and currency, signed so that each row adds up; intragroup customers included. "
                    "A row lists its documents.",
                )
            )
            if rows and not broken:
                st.html(
                    f'<p class="enc-check-line enc-better">{here.fmt.count(len(rows), "row")} '
                    '<span class="enc-state enc-fresh"><i></i>each adds up exactly</span></p>'
                )
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Roll-forward", currency=_BASES[basis].lower())
            export.buttons(rows, columns, f"roll-forward-{here.view.week.as_of_on}", facts, key="roll-forward")
        if broken:
            page.banner(f"{here.fmt.count(broken, 'row')} do not add up.")
        if rows:
            tables.show(
                rows,
                shown,
                here.fmt,
                key="roll-forward-table",
                alt="Roll-forward by month",
                on_open=_open_moves,
                most_rows=13,
            )
            opened = filters.given("moves")
            row = next((row for row in rows if _moves_code(row) == opened), None)
            if row is not None:
                _moves(row, here)
        else:
            page.note("No month is on record.")
    return rows


def _moves_code(row: Row) -> str:
    return f"{row['month_ending_on']}/{row['entity_id']}/{row['currency']}"


def _open_moves(row: Row) -> None:
    filters.put("moves", _moves_code(row), None)


def _moves(row: Row, here: Context) -> None:
    """The documents behind one move of a month."""
    known = {name: words for name, words in _MOVES.items() if row[name]}
    month = here.fmt.month(row["month_ending_on"])
    where = f"{month}, {row['entity_id']}, {row['currency']}"
    if not known:
        page.note(f"Nothing moved in {where}.")
        return
    move = filters.segmented("move", "Move", known, next(iter(known)), quiet=True)
    flow = move.removesuffix("_amount")

    def found(limit: int | None) -> list[Row]:
        documents = ledger.moved_documents(here.warehouse, row, flow, limit=limit)
        return [{**document, "kind_words": tables.words(document["item_kind"])} for document in documents]

    documents = found(ledger.MOST_ROWS)
    columns = (
        Column("document_number", "Document", width=144, pinned=True),
        Column("kind_words", "Kind", width=104),
        Column("customer_name", "Customer", width=216),
        Column("event_on", "Day", Kind.DATE, 104, help="The last one, where several moves of the month are its own"),
        Column("amount", f"Moved, {row['currency']}", Kind.MONEY, 144),
    )
    title, tools = st.columns([3, 2], vertical_alignment="top")
    with title:
        st.html(html.title(f"{_MOVES[move]} in {where}", "The documents behind it; a row opens one"))
        count = here.fmt.count(documents[0]["rows_count"], "document") if documents else "No document"
        page.check(count, documents[0]["total_amount"] if documents else 0, row[move], here.fmt.amount)
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        facts = export.about(here, f"{_MOVES[move]} in {where}", currency=row["currency"])
        export.buttons(lambda: found(None), columns, f"{flow}-{row['month_ending_on']}", facts, key="moves")
    tables.show(
        documents,
        columns,
        here.fmt,
        key="moves-table",
        alt="Documents behind a move",
        on_open=navigate.open_document,
        most_rows=8,
    )


def _revaluation(here: Context) -> None:
    """Open balances in foreign currency at the day's rate; a row lists its documents."""
    rows = ledger.revaluation(here.warehouse, here.view)
    columns = (
        Column("entity_name", "Entity", width=168, pinned=True),
        Column("currency", "Currency", width=72),
        Column("open_amount", "Open", Kind.MONEY, 128),
        Column("base_currency", "Base", width=64),
        Column("base_open_amount", "At own rates, base", Kind.MONEY, 144),
        Column("rate", "Rate of the day", Kind.RAW, 120, help="A dash: no rate for the day"),
        Column("revalued_base_amount", "Revalued, base", Kind.MONEY, 136),
        Column("difference", "Difference, base", Kind.MONEY, 128, signed=True),
        Column("items_count", "Items", Kind.COUNT, 72),
    )
    with page.card("revaluation"):
        title, tools = st.columns([3, 2], vertical_alignment="top")
        day = here.fmt.day(rows[0]["as_of_on"]) if rows else ""
        with title:
            message = sentence.revaluation(rows, here.fmt)
            note = (
                f"Open in foreign currency at the rate of {day}: a figure apart, items keep their own rate everywhere"
            )
            st.html(html.title(message, f"{note}. A row lists its documents." if rows else ""))
        if not rows:
            return
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Revaluation of open foreign currency", currency="as stated")
            export.buttons(rows, columns, f"revaluation-{rows[0]['as_of_on']}", facts, key="revaluation")
        tables.show(
            rows, columns, here.fmt, key="revaluation-table", alt="Revaluation", on_open=_open_revalued, most_rows=10
        )
        opened = filters.given("revalued")
        row = next((row for row in rows if _revalued_code(row) == opened), None)
        if row is not None:
            _revalued_items(row, here)


def _revalued_code(row: Row) -> str:
    return f"{row['entity_id']}/{row['currency']}"


def _open_revalued(row: Row) -> None:
    filters.put("revalued", _revalued_code(row), None)


def _revalued_items(row: Row, here: Context) -> None:
    items = [
        {**item, "kind_words": tables.words(item["item_kind"])} for item in ledger.revalued_items(here.warehouse, row)
    ]
    columns = (
        Column("document_number", "Document", width=136, pinned=True),
        Column("kind_words", "Kind", width=104),
        Column("customer_name", "Customer", width=200),
        Column("posted_on", "Posted", Kind.DATE, 104),
        Column("due_on", "Due", Kind.DATE, 104),
        Column("open_amount", f"Open, {row['currency']}", Kind.MONEY, 136),
        Column("base_open_amount", f"At its own rate, {row['base_currency']}", Kind.MONEY, 168),
    )
    title, tools = st.columns([3, 2], vertical_alignment="top")
    with title:
        st.html(html.title(f"Open in {row['currency']} of {row['entity_name']}", "A row opens the document"))
        page.check(
            here.fmt.count(items[0]["rows_count"], "row") if items else "No row",
            items[0]["open_total"] if items else 0,
            row["open_amount"],
            here.fmt.amount,
        )
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        facts = export.about(here, f"Open in {row['currency']} of {row['entity_name']}", currency=row["currency"])
        export.buttons(
            lambda: [
                {**item, "kind_words": tables.words(item["item_kind"])}
                for item in ledger.revalued_items(here.warehouse, row, limit=None)
            ],
            columns,
            f"open-{row['entity_id']}-{row['currency']}",
            facts,
            key="revalued-items",
        )
    tables.show(
        items,
        columns,
        here.fmt,
        key="revalued-items-table",
        alt="Open items in foreign currency",
        on_open=navigate.open_document,
        most_rows=8,
    )


def _statutory(here: Context) -> None:
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

    def found(limit: int | None) -> list[Row]:
        documents = ledger.delayed(
            here.warehouse,
            year["entity_id"],
            year["year_ending_on"],
            cell["statutory_table"],
            cell["delay_column"],
            limit=limit,
        )
        return [{**document, "kind_words": tables.words(document["item_kind"])} for document in documents]

    items = found(ledger.MOST_ROWS)
    columns = (
        Column("document_number", "Document", width=144, pinned=True),
        Column("kind_words", "Kind", width=96),
        Column("customer_name", "Customer", width=216),
        Column("posted_on", "Posted", Kind.DATE, 104),
        Column("due_on", "Due", Kind.DATE, 104),
        Column("delay_days", "Days late", Kind.COUNT, 88),
        Column("value", f"With tax, {currency}", Kind.MONEY, 144),
    )
    title, tools = st.columns([3, 2], vertical_alignment="top")
    with title:
        st.html(html.title(words[code], "With tax; an instalment has a row of its own. A row opens the document"))
        count = items[0]["documents_count"] if items else 0
        if basis == "with_tax":
            told = here.fmt.count(count, "invoice")
            page.check(told, items[0]["total_value"] if items else 0, cell["invoices_amount"], here.fmt.amount)
        else:
            page.check("The documents", count, cell["invoices_count"], here.fmt.number, "number of invoices")
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        facts = export.about(here, f"D441-6, {words[code]}", currency=currency)
        export.buttons(lambda: found(None), columns, f"d441-6-{year['entity_id']}-invoices", facts, key="delayed")
    if items:
        tables.show(
            items,
            columns,
            here.fmt,
            key="delayed-table",
            alt="Invoices of a statutory table",
            on_open=navigate.open_document,
            most_rows=8,
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


def _restated(here: Context) -> None:
    state = ledger.restated_state(here.warehouse)
    count = state.get("publications_count") or 0
    with page.card("restated"):
        message = "Every figure stands as it was reported"
        if not count:
            message = "Nothing was reported before this build"
        elif state.get("differing_count"):
            message = f"{here.fmt.number(state['values_count'])} reported values are others now"
        note = f"{here.fmt.count(count, 'publication')} on record: what each said, beside what is known now"
        st.html(html.title(message, note))
        with st.container(horizontal=True, vertical_alignment="center", key="restated-filters"):
            column = filters.select(
                "measure",
                "Figure",
                list(FIGURES),
                "overdue_amount",
                lambda name: MEASURES[name].long,
                width=280,
                quiet=True,
            )
            period = filters.segmented("periods", "Periods", _PERIODS, "week", quiet=True)
        measure = MEASURES[column]
        told = column in ledger.EXPLAINED and here.view.currency == here.view.main_currency
        rows = ledger.restated(here.warehouse, here.view, column, period)
        kind = {Unit.MONEY: Kind.MONEY, Unit.RATE: Kind.RATE, Unit.DAYS: Kind.PRECISE, Unit.TIMES: Kind.PRECISE}[
            measure.unit
        ]
        if rows:
            columns = (
                Column("period_ending_on", f"{period.capitalize()} to", Kind.DATE, 112, pinned=True),
                Column("reported_value", "As reported", kind, 136),
                Column("restated", "Restated", kind, 136),
                Column("difference", "Difference", kind, 120, signed=True),
                Column("publication_number", "Publication", Kind.COUNT, 96),
                Column("published_at", "Published (UTC)", Kind.MOMENT, 152),
                Column("build_id", "Build", width=200),
            )
            facts = export.about(here, f"{measure.label}, restated and as reported", currency=here.view.currency)
            with st.container(horizontal=True, horizontal_alignment="right"):
                export.buttons(rows, columns, "restated", facts, key="restated")
            tables.show(
                rows,
                columns,
                here.fmt,
                key="restated-table",
                alt="Restated and as reported",
                on_open=_open_restated,
                most_rows=8,
            )
            opened = filters.given("restated")
            row = next((row for row in rows if _restated_code(row) == opened), None)
            if told and row is not None:
                _behind(measure, row, here)
                return
            if told:
                page.note("A row lists the documents behind its difference.")
        elif count:
            page.note(f"{measure.label}: no {period} of {here.view.entity_name} is another than it was reported.")
        _documents(here)


def _restated_code(row: Row) -> str:
    return f"{row['publication_number']}/{row['period_ending_on']}"


def _open_restated(row: Row) -> None:
    filters.put("restated", _restated_code(row), None)


def _behind(measure: Measure, row: Row, here: Context) -> None:
    """The documents that add up to one difference."""

    def found(limit: int | None) -> list[Row]:
        return [
            {**item, "kind_words": tables.words(item["item_kind"]), "reason_words": tables.words(item["reason"])}
            for item in ledger.behind(here.warehouse, here.view, measure.column, row, limit=limit)
        ]

    items, currency = found(ledger.MOST_ROWS), here.view.currency
    columns = (
        Column("document_number", "Document", width=136, pinned=True),
        Column("kind_words", "Kind", width=96),
        Column("entity_id", "Entity", width=64),
        Column("customer_name", "Customer", width=192),
        Column("reason_words", "Why", width=144),
        Column("before_value", f"Before, {currency}", Kind.MONEY, 120),
        Column("after_value", f"After, {currency}", Kind.MONEY, 120),
        Column("value", f"Difference, {currency}", Kind.MONEY, 136, signed=True),
        Column("publication_number", "Publication", Kind.COUNT, 96),
    )
    title, tools = st.columns([3, 2], vertical_alignment="top")
    with title:
        what = f"{measure.label} on {here.fmt.day(row['as_of_on'])}, since publication {row['publication_number']}"
        st.html(html.title(what, "The documents behind the difference; a row opens one"))
        if ledger.were_compared(here.warehouse, row):
            count = here.fmt.count(items[0]["rows_count"], "row") if items else "No row"
            page.check(count, items[0]["total_value"] if items else 0, row["difference"], here.fmt.amount, "difference")
        else:
            page.note("The rules changed in between: a difference is not of documents alone, and none were compared.")
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        facts = export.about(here, what, currency=currency)
        export.buttons(lambda: found(None), columns, f"restated-{row['period_ending_on']}", facts, key="behind")
    if items:
        tables.show(
            items,
            columns,
            here.fmt,
            key="behind-table",
            alt="Documents behind a difference",
            on_open=navigate.open_document,
            most_rows=8,
        )


def _documents(here: Context) -> None:
    rows = [
        {**row, "kind_words": tables.words(row["item_kind"]), "reason_words": tables.words(row["reason"])}
        for row in ledger.restatements(here.warehouse, here.view)
    ]
    if not rows:
        return
    currency = rows[0]["reporting_currency"]
    columns = (
        Column("document_number", "Document", width=136, pinned=True),
        Column("kind_words", "Kind", width=96),
        Column("entity_id", "Entity", width=64),
        Column("customer_name", "Customer", width=176),
        Column("reason_words", "Why", width=144),
        Column("valid_from_on", "From", Kind.DATE, 104),
        Column("valid_to_on", "Until before", Kind.DATE, 104),
        Column("before_reporting_amount", f"Before, {currency}", Kind.MONEY, 120),
        Column("after_reporting_amount", f"After, {currency}", Kind.MONEY, 120),
        Column("reporting_difference_amount", "Difference", Kind.MONEY, 112, signed=True),
        Column("publication_number", "Publication", Kind.COUNT, 96),
    )
    title, tools = st.columns([3, 2], vertical_alignment="top")
    with title:
        st.html(html.title("The documents behind it", "What each publication changed of the past; a row opens it"))
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        facts = export.about(here, "Documents behind restatements", currency=currency)
        export.buttons(rows, columns, "restatements", facts, key="restatements")
    tables.show(
        rows,
        columns,
        here.fmt,
        key="restatements-table",
        alt="Documents behind restatements",
        on_open=navigate.open_document,
        most_rows=8,
    )


def main() -> None:
    """Draw the page."""
    here = context()
    head = st.container()
    rows = _roll_forward(here)
    with head:
        page.head(here, "Ledger", sentence.ledger(rows, here.view, here.fmt))
    _revaluation(here)
    _statutory(here)
    _restated(here)


main()
