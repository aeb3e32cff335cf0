"""Alerts: whom to tell what today, and a file for each of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import export, filters, glossary, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import alerts
from dashboards.lib.tables import Column, Kind
from dashboards.sections.alerted import ROLES, events, file_name, file_names

PAGE = "Alerts"
RECIPIENT = "recipient"
_EVERYONE = ""


def _kinds(rows: Sequence[Row], here: Context) -> None:
    """Each kind with how often it is met today and what it means."""
    lines = []
    for kind, (name, meaning) in glossary.ALERT_KINDS.items():
        mine = [row for row in rows if row["alert_kind"] == kind]
        events = {(row["customer_id"], row["document_number"]) for row in mine}
        label = mine[0]["alert_label"] if mine else name
        told = sorted({ROLES[row["recipient_role"]].lower() for row in mine})
        lines.append(
            f"<tr><td>{here.fmt.number(len(events))}</td>"
            f'<td class="text"><b>{escape(label)}</b><small>{escape(meaning)}</small></td>'
            f'<td class="text">{escape(", ".join(told)) or "nobody today"}</td></tr>'
        )
    with page.card(
        "kinds", "What there is, and what it means", "From which amount and for whom: seeds/alert_rules.csv"
    ):
        st.html(
            '<div class="enc-scroll"><table class="enc-table enc-kinds"><thead><tr><th>Today</th>'
            '<th class="text">Kind</th><th class="text">Told</th></tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table></div>"
        )


def _file(recipient: str, here: Context) -> str:
    return f"alerts-{file_name(recipient) if recipient else 'everyone'}-{here.warehouse.publication.as_of_on}"


def _for_each(people: Sequence[Row], here: Context) -> bytes:
    """A workbook for each recipient, in one archive."""
    currency, as_of, files = here.view.main_currency, here.warehouse.publication.as_of_on, io.BytesIO()
    with zipfile.ZipFile(files, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in file_names({row["recipient"] for row in people}).items():
            rows = alerts.alerts(here.warehouse, here.view, recipients=[name])
            facts = export.about(
                here,
                f"Alerts for {name}",
                currency=currency,
                chosen=[("Recipient", name)],
                day=as_of,
            )
            book = export.to_excel(rows, _file_columns(currency), "Alerts", facts)
            archive.writestr(f"alerts-{file}-{as_of}.xlsx", book)
    return files.getvalue()


def _recipients(people: Sequence[Row], here: Context) -> None:
    """Who is told; a row narrows the alerts to its recipient."""
    worded = [{**row, "role_words": ROLES[row["recipient_role"]]} for row in people]
    columns = (
        Column("recipient", "Recipient", width=152, pinned=True),
        Column("role_words", "As", width=96),
        Column("alerts_count", "Alerts", Kind.COUNT, 64),
        Column("next_on", "First day", Kind.DATE, 96, help="The first day from today on"),
        Column("largest_amount", f"Largest, {here.view.main_currency}", Kind.WHOLE_MONEY, 104),
    )

    def only(row: Row) -> None:
        filters.put(RECIPIENT, row["recipient"], _EVERYONE)

    with page.card("recipients", fill=True):
        message = f"{here.fmt.count(len(people), 'recipient')} to tell"
        with page.headed(message, "A row shows this one's alerts below, and makes the files for it"):
            st.download_button(
                "A file each",
                data=lambda: _for_each(people, here),
                file_name=f"alerts-{here.warehouse.publication.as_of_on}.zip",
                mime="application/zip",
                icon=":material/folder_zip:",
                on_click="ignore",
                disabled=not people,
                key="alerts-each",
                help="An Excel file for each recipient, named after it, in one archive.",
            )
        if people:
            tables.show(worded, columns, here.fmt, key="recipients-table", alt="Recipients", on_open=only, most_rows=12)


def _columns(currency: str) -> tuple[Column, ...]:
    def means(name: str) -> str:
        return glossary.meaning(PAGE, name)

    return (
        Column("customer_name", "Customer", width=184, pinned=True),
        Column("alert_label", "What", width=352, help=means("Which count")),
        Column("told", "In numbers", width=320),
        Column("amount", f"Amount, {currency}", Kind.MONEY, 112, help=means("Amount")),
        Column("alert_on", "Day", Kind.DATE, 104, help=means("Day")),
        Column("told_to", "Told to", width=320, help=means("Recipient")),
    )


def _file_columns(currency: str) -> tuple[Column, ...]:
    """What a file holds: a row an alert and recipient."""
    return (
        Column("customer_id", "Customer id"),
        Column("customer_name", "Customer"),
        Column("alert_kind", "Kind"),
        Column("alert_label", "What"),
        Column("detail", "In numbers"),
        Column("amount", f"Amount, {currency}", Kind.MONEY),
        Column("alert_on", "Day", Kind.DATE),
        Column("document_number", "Invoice"),
        Column("recipient", "Recipient"),
        Column("recipient_role", "As"),
    )


def main() -> None:
    """Draw the page."""
    here = context()
    fmt, currency = here.fmt, here.view.main_currency
    everything = alerts.alerts(here.warehouse, here.view)
    page.head(here, PAGE, sentence.alerts(everything, currency, fmt), as_of_build=True)
    people = alerts.recipients(here.warehouse, here.view)
    left, right = page.halves()
    with left:
        _recipients(people, here)
    with right:
        _kinds(everything, here)
    as_of = here.warehouse.publication.as_of_on
    with page.card("alerts"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            recipient = filters.select(
                RECIPIENT,
                "Recipient",
                [_EVERYONE, *sorted({row["recipient"] for row in people})],
                _EVERYONE,
                lambda name: name or "Everyone",
                width=208,
            )
            roles = st.pills(
                "As",
                list(ROLES),
                format_func=lambda role: ROLES[role],
                selection_mode="multi",
                key="role",
                bind="query-params",
            )
            kinds = st.multiselect(
                "Kind",
                list(glossary.ALERT_KINDS),
                format_func=lambda kind: glossary.ALERT_KINDS[kind][0],
                key="kind",
                bind="query-params",
                placeholder="Any",
                width=320,
            )
        recipients = [recipient] if recipient else []
        found = alerts.alerts(here.warehouse, here.view, kinds=kinds, roles=roles, recipients=recipients)
        rows = events(found, fmt)
        whom = f" for {recipient}" if recipient else ""
        note = "A row opens the customer; files have a row an alert and recipient, and are named after the recipient"
        with page.headed(f"{fmt.count(len(rows), 'alert')}{whom}", note):
            chosen = (
                ("Recipient", recipient or "everyone"),
                ("As", ", ".join(ROLES[role] for role in roles) or "any"),
                ("Kind", ", ".join(glossary.ALERT_KINDS[kind][0] for kind in kinds) or "any"),
            )
            facts = export.about(here, f"Alerts{whom}", currency=currency, chosen=chosen, day=as_of)
            export.buttons(found, _file_columns(currency), _file(recipient, here), facts, key="alerts")
        if rows:
            tables.show(
                rows,
                _columns(currency),
                fmt,
                key="alerts-table",
                alt=f"Alerts{whom}",
                on_open=navigate.open_customer,
                most_rows=16,
            )
        else:
            page.note("No alert matches these filters." if everything else "No rule of seeds/alert_rules.csv holds.")


main()
