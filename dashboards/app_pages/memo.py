"""Decision memo: one customer on one page, for those who decide on its credit."""

from __future__ import annotations

import streamlit as st

from dashboards.lib import credit_words, export, filters, memo, navigate, page, sentence
from dashboards.lib.context import context, of_build
from dashboards.lib.queries import memo as queries
from dashboards.lib.tables import Column, Kind

_FACTOR_COLUMNS = (
    Column("factor_label", "Factor", width=168),
    Column("factor_group", "Sub-score", width=96),
    Column("points", "Points", Kind.COUNT, 72),
    Column("most_points", "of", Kind.COUNT, 72),
    Column("explanation", "In words", width=400),
    Column("is_missing", "Missing", width=72),
    Column("is_stale", "Stale", width=72),
)


def main() -> None:
    """Draw the page."""
    asked = context()
    here = of_build(asked, whole=True)
    head = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="memo-tools"):
        customer_id = filters.customer(lambda asked: queries.choices(here.warehouse, asked))
        tools = st.container(horizontal=True)
    currency = here.view.main_currency
    found = memo.read(here.warehouse, customer_id, currency, here.fmt) if customer_id else None
    if customer_id is None or found is None:
        with head:
            page.head(here, "Decision memo", "No customer has an exposure, a limit or a cover here.", as_of_build=True)
        return
    with head:
        page.head(here, "Decision memo", sentence.memo(found.facts, currency, here.fmt), as_of_build=True)
        page.say(credit_words.scope(asked.view))
    name = found.facts["customer_name"]
    with tools:
        st.download_button(
            "To print",
            data=lambda: memo.document([found], here.fmt),
            file_name=f"memo-{customer_id}-{here.warehouse.publication.as_of_on}.html",
            mime=memo.HTML_TYPE,
            icon=":material/print:",
            on_click="ignore",
            key="memo-print",
            help="One page of A4 with room to decide and the passport; opens in any browser, fetches nothing.",
        )
        facts = export.about(here, f"Factors of {name}", currency=currency)
        export.buttons(found.factors, _FACTOR_COLUMNS, f"factors-{customer_id}", facts, key="memo-factors")
        st.button(
            "Customer",
            icon=":material/person_search:",
            type="tertiary",
            on_click=navigate.open_customer,
            args=(found.facts,),
            key="memo-customer",
        )
    with page.card("memo"):
        st.html(memo.body(found, here.fmt))


main()
