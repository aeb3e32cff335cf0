"""The pages in their order, and going from a row to its customer."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboards.lib.db import Row


@dataclass(frozen=True)
class PageEntry:
    """One page: its file beside ``app.py``, its title, icon, and path in the address (empty: the first page)."""

    file: str
    title: str
    icon: str
    path: str


PAGES = (
    PageEntry("app_pages/weekly_kpis.py", "Weekly KPIs", ":material/monitoring:", ""),
    PageEntry("app_pages/ageing.py", "Ageing", ":material/stacked_bar_chart:", "ageing"),
    PageEntry("app_pages/watch_list.py", "Watch list", ":material/visibility:", "watch_list"),
    PageEntry("app_pages/customer.py", "Customer", ":material/person_search:", "customer"),
    PageEntry("app_pages/data_health.py", "Data health", ":material/verified:", "data_health"),
)
CUSTOMER_PAGE = "app_pages/customer.py"
CUSTOMER = "customer"
LAST_CUSTOMER = "_last_customer"


def open_customer(row: Row) -> None:
    """Open the customer of a row (``customer_id``). A callback: it ends the run."""
    st.session_state[CUSTOMER] = row["customer_id"]
    st.switch_page(CUSTOMER_PAGE, query_params={CUSTOMER: row["customer_id"]})
