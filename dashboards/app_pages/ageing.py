"""Ageing: the aged balance of a day, by customer, entity or segment, down to its documents."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import charts, export, filters, listing, navigate, page, sentence, tables
from dashboards.lib.buckets import NOT_DUE, UNAPPLIED, bucket_words, token_of
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import ageing, choices, due, kpis
from dashboards.lib.queries.ageing import Amounts, Basis, Grouping
from dashboards.lib.tables import Column, Kind
from dashboards.lib.view import ALL_ENTITIES

_GROUPINGS: dict[str, str] = {
    Grouping.CUSTOMER: "Customer",
    Grouping.ENTITY: "Entity",
    Grouping.SEGMENT: "Segment",
}
_BASES: dict[str, str] = {Basis.DUE: "From due day", Basis.INVOICE: "From invoice day"}
_OPENED = "ageing-opened"
_DUE = "due"
_CALENDAR_BASES = {due.AGREED: "As agreed", due.SHIFTED: "As customers pay"}
_HABIT = "The due day and the customer's days beyond terms over 52 weeks, not before tomorrow"


def _heading(bucket: Row, basis: Basis) -> str:
    words = bucket_words(bucket)
    if bucket["aging_bucket"] == NOT_DUE and basis is Basis.INVOICE:
        return "Same day"
    return "Credits" if bucket["aging_bucket"] == UNAPPLIED else words


def _shown_in(here: Context) -> tuple[Amounts, str]:
    """The amounts to show and their currency: the entity's own is offered where one entity is chosen."""
    main = here.view.main_currency
    if here.view.entity_id == ALL_ENTITIES:
        return Amounts.REPORTING, main
    own = next(
        (row["base_currency"] for row in choices.entities(here.warehouse) if row["entity_id"] == here.view.entity_id),
        main,
    )
    if own == main:
        return Amounts.REPORTING, main
    words = {Amounts.REPORTING.value: f"In {main}", Amounts.BASE.value: f"In {own}"}
    chosen = Amounts(filters.segmented("amounts", "Amounts", words, Amounts.REPORTING.value))
    return chosen, own if chosen is Amounts.BASE else main


def _controls(here: Context) -> tuple[Grouping, Basis, Amounts, str, str]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="ageing-filters"):
        grouping = filters.segmented("by", "Rows", _GROUPINGS, Grouping.CUSTOMER)
        basis = filters.segmented("basis", "Age", _BASES, Basis.DUE)
        amounts, currency = _shown_in(here)
        search = st.text_input("Find a customer", key="find", placeholder="Name or number", width=240)
    return Grouping(grouping), Basis(basis), amounts, currency, search


def _bar(total: Row, buckets: Sequence[Row], basis: Basis, currency: str, here: Context) -> None:
    """The whole balance as one bar, with its key: each slab's amount and share of the invoices."""
    parts, keys = [], []
    for bucket in buckets:
        amount = total[f"bucket_{bucket['bucket_order']}"]
        credit = bucket["aging_bucket"] == UNAPPLIED
        colour = f"background:var(--{token_of(bucket, buckets)})"
        hatched = ' class="enc-hatched"' if credit else ""
        if not credit and amount > 0:
            parts.append(f'<span style="{colour};flex:{amount} 1 0"></span>')
        rate = total[f"share_{bucket['bucket_order']}"]
        share = "" if credit or rate is None else f" · {here.fmt.rate(rate, 0)}"
        keys.append(
            f'<div><i{hatched} style="{colour}"></i><span>{escape(_heading(bucket, basis))}</span>'
            f"<b>{here.fmt.short_money(amount, currency)}<em>{share}</em></b></div>"
        )
    st.html(
        f'<div class="enc-bar" role="img" aria-label="Open invoices by age">{"".join(parts)}</div>'
        f'<div class="enc-key">{"".join(keys)}</div>'
    )


def _columns(grouping: Grouping, buckets: Sequence[Row], basis: Basis, currency: str) -> list[Column]:
    unapplied = [row for row in buckets if row["aging_bucket"] == UNAPPLIED]
    slabs = [row for row in buckets if row["aging_bucket"] != UNAPPLIED]
    return [
        Column("group_name", _GROUPINGS[grouping], width=168, pinned=True),
        Column("balance_amount", f"Balance, {currency}", Kind.MONEY, 108),
        *(
            Column(
                f"bucket_{row['bucket_order']}",
                _heading(row, basis),
                Kind.MONEY,
                100,
                help=_slab_help(row, basis),
                blank_zero=True,
            )
            for row in slabs
        ),
        *(
            Column(
                f"bucket_{row['bucket_order']}",
                "Credits",
                Kind.MONEY,
                92,
                help="Unapplied cash and credits",
                blank_zero=True,
            )
            for row in unapplied
        ),
        Column("oldest_days_past_due", "Oldest, days", Kind.COUNT, 80),
        Column("items_count", "Items", Kind.COUNT, 64),
    ]


def _slab_help(bucket: Row, basis: Basis) -> str:
    since = "past the due day" if basis is Basis.DUE else "since the invoice day"
    if bucket["aging_bucket"] == NOT_DUE:
        return "Due on the day or later" if basis is Basis.DUE else "Invoiced on the day"
    if bucket["to_days"] is None:
        return f"{bucket['from_days']} days or more {since}"
    return f"{bucket['from_days']} to {bucket['to_days']} days {since}"


def _subtotals(rows: Sequence[Row], buckets: Sequence[Row], basis: Basis, currency: str, here: Context) -> None:
    """Entities or segments with the grand total, as a still table above the customers."""
    heads = "".join(f"<th>{escape(_heading(row, basis))}</th>" for row in buckets)
    lines = []
    for row in rows:
        cells = "".join(f"<td>{here.fmt.amount(row['bucket_' + str(slab['bucket_order'])])}</td>" for slab in buckets)
        lines.append(
            f"<tr{' class=total' if row['is_total'] else ''}><td>{escape(row['group_name'])}</td>"
            f"<td>{here.fmt.amount(row['balance_amount'])}</td>{cells}"
            f'<td class="quiet">{here.fmt.number(row["customers_count"])}</td></tr>'
        )
    st.html(
        f'<div class="enc-scroll"><table class="enc-table"><thead><tr><th></th><th>Balance, {currency}</th>{heads}'
        f"<th>Customers</th></tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _documents(
    opened: Row,
    grouping: Grouping,
    basis: Basis,
    amounts: Amounts,
    buckets: Sequence[Row],
    currency: str,
    search: str,
    here: Context,
) -> None:
    found = ageing.documents(
        here.warehouse,
        here.view,
        grouping,
        opened["group_id"],
        basis=basis,
        amounts=amounts,
        buckets=buckets,
        search=search,
    )
    rows = tables.worded(found)
    columns = (
        Column("document_number", "Document", width=136, pinned=True),
        Column("kind_words", "Kind", width=96),
        Column("instalment_no", "Part", Kind.COUNT, 56, help="Instalment"),
        Column("entity_name", "Entity", width=128),
        Column("invoiced_on", "Invoiced", Kind.DATE, 104),
        Column("due_on", "Due", Kind.DATE, 104),
        Column("days_past_due", "Days past due", Kind.COUNT, 112),
        Column("document_open_amount", "Open, own currency", Kind.MONEY, 136),
        Column("currency", "Currency", width=80),
        Column("open_amount", f"Open, {currency}", Kind.MONEY, 120),
        Column("disputed_amount", "Disputed, own currency", Kind.MONEY, 152, blank_zero=True),
    )
    with page.card("documents"):
        documents = int(found[0]["documents_count"]) if found else 0
        note = "Oldest due day first; credits are negative"
        if documents > len(rows):
            note = f"The first {here.fmt.number(len(rows))} are listed. {note}"
        with page.headed(f"{opened['group_name']}: {here.fmt.count(documents, 'open document')}", note):
            if grouping is Grouping.CUSTOMER and st.button(
                "Open customer", icon=":material/person_search:", key="open-customer"
            ):
                navigate.open_customer({"customer_id": opened["group_id"]})
            facts = export.about(here, f"Open documents of {opened['group_name']}", currency=currency)
            export.buttons(rows, columns, f"open-documents-{here.view.week.as_of_on}", facts, key="documents")
        tables.show(rows, columns, here.fmt, key="documents-table", alt=f"Open documents of {opened['group_name']}")


def _open(row: Row) -> None:
    st.session_state[_OPENED] = row["group_id"]


def _calendar(here: Context) -> None:
    """What falls due from the build's day on: a chart, the slots side by side, and the documents of one."""
    rows = due.calendar(here.warehouse, here.view)
    if not rows:
        return
    currency, fmt = here.view.currency, here.fmt
    by_basis = {(row["calendar_basis"], row["due_order"]): row for row in rows}
    slots: list[Row] = []
    for row in rows:
        if row["calendar_basis"] != due.AGREED:
            continue
        shifted = by_basis[due.SHIFTED, row["due_order"]]
        slots.append(
            {
                "due_order": row["due_order"],
                "slot_words": _slot(row, here),
                "agreed_amount": row["due_amount"],
                "agreed_count": row["items_count"],
                "shifted_amount": shifted["due_amount"],
                "shifted_count": shifted["items_count"],
                "already_overdue_amount": shifted["already_overdue_amount"],
                "disputed_amount": row["disputed_amount"],
            }
        )
    columns = (
        Column("slot_words", "Falls due", width=168, pinned=True),
        Column("agreed_amount", f"As agreed, {currency}", Kind.MONEY, 152),
        Column("agreed_count", "Items", Kind.COUNT, 72),
        Column("shifted_amount", f"As customers pay, {currency}", Kind.MONEY, 176, help=_HABIT),
        Column("shifted_count", "Items", Kind.COUNT, 72),
        Column("already_overdue_amount", f"Of it overdue now, {currency}", Kind.MONEY, 176, blank_zero=True),
        Column("disputed_amount", f"Disputed, as agreed, {currency}", Kind.MONEY, 184, blank_zero=True),
    )
    with page.card("due-calendar"):
        total = fmt.money(rows[0]["total_amount"], currency)
        message = f"{fmt.short_money(rows[0]['weeks_amount'], currency)} falls due in the next 13 weeks"
        note = (
            f"As of {fmt.day(rows[0]['as_of_on'])}, {currency}: as agreed, and as shifted by each customer's days "
            f"beyond terms; with what is overdue and what comes later each adds up to {total}"
        )
        with page.headed(message, note):
            facts = export.about(here, "What falls due", currency=currency)
            export.buttons(slots, columns, f"due-calendar-{rows[0]['as_of_on']}", facts, key="due-calendar")
        charts.show(charts.due_weeks(rows, currency, fmt), "due-calendar-chart", "What falls due by week")
        tables.show(
            slots, columns, fmt, key="due-table", alt="What falls due by week", on_open=_open_slot, most_rows=16
        )
        opened = filters.given(_DUE)
        chosen = next((row for row in slots if str(row["due_order"]) == opened), None)
        if chosen is None:
            page.note("A row lists its documents.")
        else:
            basis = filters.segmented("due-basis", "Falls due", _CALENDAR_BASES, due.AGREED, quiet=True)
            _due_documents(rows, by_basis[basis, chosen["due_order"]], here)


def _slot(row: Row, here: Context) -> str:
    named = {"overdue": "Overdue", "later": "Later"}.get(row["due_kind"])
    return named or f"Week to {here.fmt.day(row['week_ending_on'])}"


def _open_slot(row: Row) -> None:
    filters.put(_DUE, str(row["due_order"]), None)


def _due_documents(rows: list[Row], slot: Row, here: Context) -> None:
    """The open items of one slot, and whether they add up to it."""
    currency, fmt = here.view.currency, here.fmt
    columns = (
        Column("document_number", "Document", width=136, pinned=True),
        Column("kind_words", "Kind", width=96),
        Column("entity_id", "Entity", width=64),
        Column("customer_name", "Customer", width=192),
        Column("due_on", "Due", Kind.DATE, 104),
        *(
            (Column("usual_delay_days", "Usually late, days", Kind.COUNT, 128, help=_HABIT),)
            if slot["calendar_basis"] == due.SHIFTED
            else ()
        ),
        Column("falls_due_on", "Falls due", Kind.DATE, 104),
        Column("own_amount", "Open, own currency", Kind.MONEY, 144),
        Column("currency", "Currency", width=80),
        Column("value", f"Open, {currency}", Kind.MONEY, 136),
    )
    words = _CALENDAR_BASES[slot["calendar_basis"]]

    def check(found: Sequence[Row]) -> None:
        count = fmt.count(found[0]["rows_count"], "row") if found else "No row"
        page.check(count, found[0]["total_value"] if found else 0, slot["due_amount"], fmt.amount)

    listing.documents(
        lambda limit: due.documents(here.warehouse, here.view, rows, slot, limit=limit),
        columns,
        here,
        title=f"{_slot(slot, here)}: {words.lower()}",
        note="The open items; a row opens the document",
        currency=currency,
        most=due.MOST_ROWS,
        file=f"due-{slot['due_order']}-{slot['calendar_basis']}",
        key="due-items",
        said="Open items that fall due",
        chosen=[("When", _slot(slot, here)), ("Basis", words)],
        check=check,
    )


def main() -> None:
    """Draw the page."""
    here = context()
    head = st.container()
    grouping, basis, amounts, currency, search = _controls(here)
    buckets = kpis.buckets(here.warehouse)

    def aged(by: Grouping) -> list[Row]:
        return ageing.aged_balance(
            here.warehouse, here.view, by, basis=basis, amounts=amounts, buckets=buckets, search=search
        )

    rows = aged(grouping)
    total = next((row for row in rows if row["is_total"]), None)
    with head:
        page.head(here, "Ageing", sentence.ageing(total, here.view, currency, here.fmt))
    if total is None or not total["items_count"]:
        page.banner("No open item matches. Clear the search, or choose another entity or week.", mild=True)
        return
    with page.card("whole"):
        _bar(total, buckets, basis, currency, here)
    if grouping is Grouping.CUSTOMER:
        by = Grouping.ENTITY if here.view.entity_id == ALL_ENTITIES else Grouping.SEGMENT
        with page.card("subtotals", f"Subtotals by {by.value}", f"Amounts in {currency}; credits stand apart"):
            _subtotals(aged(by), buckets, basis, currency, here)
    columns = _columns(grouping, buckets, basis, currency)
    with page.card("aged"):
        groups = int(total["groups_count"])
        count = here.fmt.count(groups, grouping.value, "entities" if grouping is Grouping.ENTITY else None)
        note = f"Amounts in {currency}, largest open invoices first, the total last. A row lists its documents below."
        if groups > ageing.MOST_ROWS:
            note = f"The first {here.fmt.number(ageing.MOST_ROWS)} are listed. {note}"
        with page.headed(f"Aged balance of {count}", note):
            facts = export.about(
                here, "Aged balance", currency=currency, chosen=[("Age", _BASES[basis]), ("Search", search or "none")]
            )
            export.buttons(rows, columns, f"aged-balance-{here.view.week.as_of_on}", facts, key="aged")
        tables.show(
            rows,
            columns,
            here.fmt,
            key=f"aged-table-{grouping.value}",
            alt="Aged balance",
            on_open=_open,
            bold=lambda row: bool(row["is_total"]),
        )
    opened = next((row for row in rows if row["group_id"] == st.session_state.get(_OPENED)), None)
    if opened is not None and not opened["is_total"]:
        _documents(opened, grouping, basis, amounts, buckets, currency, search, here)
    _calendar(here)


main()
