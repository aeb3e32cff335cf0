"""Going from a row to its customer, with the filters kept in the address."""

from __future__ import annotations

import streamlit as st

from dashboards.lib.db import Row

CUSTOMER_PAGE = "app_pages/customer.py"
CUSTOMER = "customer"
LAST_CUSTOMER = "_last_customer"


def open_customer(row: Row) -> None:
    """Open the customer of a row (``customer_id``). A callback: it ends the run."""
    st.session_state[CUSTOMER] = row["customer_id"]
    st.switch_page(CUSTOMER_PAGE, query_params={CUSTOMER: row["customer_id"]})
