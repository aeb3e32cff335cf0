"""The pages in their order, and the ways between them: a figure's rows, a document, a customer, and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboards.lib import filters
from dashboards.lib.db import Row
from dashboards.lib.view import ALL_ENTITIES, Cut, View


@dataclass(frozen=True)
class PageEntry:
    """One page: its file beside ``app.py``, its title, icon, and path in the address (empty: the first page)."""

    file: str
    title: str
    icon: str
    path: str


PAGES = (
    PageEntry("app_pages/weekly_kpis.py", "Weekly KPIs", ":material/monitoring:", ""),
    PageEntry("app_pages/figure.py", "Figure", ":material/functions:", "figure"),
    PageEntry("app_pages/ageing.py", "Ageing", ":material/stacked_bar_chart:", "ageing"),
    PageEntry("app_pages/watch_list.py", "Watch list", ":material/visibility:", "watch_list"),
    PageEntry("app_pages/alerts.py", "Alerts", ":material/notifications:", "alerts"),
    PageEntry("app_pages/exposure.py", "Exposure and cover", ":material/shield:", "exposure"),
    PageEntry("app_pages/orders.py", "Orders", ":material/local_shipping:", "orders"),
    PageEntry("app_pages/committee.py", "Committee", ":material/gavel:", "committee"),
    PageEntry("app_pages/memo.py", "Decision memo", ":material/description:", "memo"),
    PageEntry("app_pages/back_test.py", "Back-test", ":material/science:", "back_test"),
    PageEntry("app_pages/tiers.py", "Tiers", ":material/stairs:", "tiers"),
    PageEntry("app_pages/new_customers.py", "New customers", ":material/person_add:", "new_customers"),
    PageEntry("app_pages/customer.py", "Customer", ":material/person_search:", "customer"),
    PageEntry("app_pages/document.py", "Document", ":material/receipt_long:", "document"),
    PageEntry("app_pages/ledger.py", "Ledger", ":material/account_balance:", "ledger"),
    PageEntry("app_pages/data_health.py", "Data health", ":material/verified:", "data_health"),
)
CUSTOMER_PAGE = "app_pages/customer.py"
MEMO_PAGE = "app_pages/memo.py"
FIGURE_PAGE = "app_pages/figure.py"
DOCUMENT_PAGE = "app_pages/document.py"
FIGURE, PART, SCOPE = "figure", "part", "scope"
MONTH = "month"
CUT, MEMBER = "cut", "member"
DOCUMENT = "document"
LAST_DOCUMENT = "_last_document"
_LAST_FIGURE = "_last_figure"


def open_customer(row: Row) -> None:
    """Open the customer of a row (``customer_id``). A callback: it ends the run."""
    st.session_state[filters.CUSTOMER] = row["customer_id"]
    st.switch_page(CUSTOMER_PAGE, query_params={filters.CUSTOMER: row["customer_id"]})


def customer_link(row: Row, view: View) -> str:
    """The name of a row's customer as a link to its page, as markup; it holds what is in view."""
    asked = {filters.CUSTOMER: row["customer_id"], **_in_view(view, view.entity_id)}
    address = f"customer?{urlencode({name: value for name, value in asked.items() if value})}"
    return f'<a href="{escape(address)}" target="_self">{escape(str(row["customer_name"]))}</a>'


def accounts_link(collector: str, view: View) -> str:
    """A collector as a link to its accounts on the watch list, as markup; it holds what is in view."""
    asked = {filters.OWNER: collector, **_in_view(view, view.entity_id)}
    address = f"watch_list?{urlencode({name: value for name, value in asked.items() if value})}"
    return f'<a href="{escape(address)}" target="_self">{escape(collector)}</a>'


def open_memo(row: Row) -> None:
    """Open the decision memo of a row's customer (``customer_id``). A callback: it ends the run."""
    st.session_state[filters.CUSTOMER] = row["customer_id"]
    st.switch_page(MEMO_PAGE, query_params={filters.CUSTOMER: row["customer_id"]})


def document_code(row: Row) -> str:
    """A document in an address: its entity and its id there."""
    return f"{row['entity_id']}/{row['document_id']}"


def open_document(row: Row) -> None:
    """Open the document of a row (``entity_id``, ``document_id``). A callback: it ends the run."""
    code = document_code(row)
    st.session_state[DOCUMENT] = code
    st.switch_page(DOCUMENT_PAGE, query_params={DOCUMENT: code})


def open_figure(
    figure: str, scope: str = "all", part: str = "", month: date | None = None, cut: Cut | None = None
) -> None:
    """Open the rows of a figure of the week in view, or of a month. A callback: it ends the run."""
    asked = _asked(figure, scope, part, month, cut)
    st.session_state.update(asked)
    st.switch_page(FIGURE_PAGE, query_params={name: value for name, value in asked.items() if value})


def figure_address(
    view: View,
    figure: str,
    scope: str,
    *,
    entity_id: str | None = None,
    part: str = "",
    month: date | None = None,
) -> str:
    """The address of a figure's rows, for a link in a table: it holds what is in view."""
    entity = view.entity_id if entity_id is None else entity_id
    asked = {
        **_asked(figure, scope, part, month, view.cut),
        **_in_view(view, entity),
    }
    return f"figure?{urlencode({name: value for name, value in asked.items() if value})}"


def figure_link(
    figure: str, words: str, scope: str, view: View, *, entity_id: str | None = None, month: date | None = None
) -> str:
    """``words`` (markup) as a link to a figure's definition and its rows."""
    address = figure_address(view, figure, scope, entity_id=entity_id, month=month)
    return f'<a href="{escape(address)}" target="_self">{words}</a>'


def _in_view(view: View, entity: str) -> dict[str, str]:
    """What the address says of the filters; empty where it is the default."""
    return {
        filters.WEEK: "" if view.week == view.newest else view.week.ending_on.isoformat(),
        filters.ENTITY: "" if entity == ALL_ENTITIES else entity,
        filters.CURRENCY: "" if view.currency == view.main_currency else view.currency,
    }


def _asked(figure: str, scope: str, part: str, month: date | None, cut: Cut | None) -> dict[str, str]:
    return {
        FIGURE: figure,
        PART: part,
        SCOPE: "" if scope == "all" else scope,
        MONTH: "" if month is None else month.isoformat(),
        CUT: "" if cut is None else cut.dimension,
        MEMBER: "" if cut is None else cut.member,
    }


def remember_figure(words: str, figure: str, scope: str, month: date | None, cut: Cut | None) -> None:
    """Keep which figure was looked at, told in ``words``, for the way back from a document."""
    st.session_state[_LAST_FIGURE] = (words, (figure, scope, "", month, cut))


def back_to_figure() -> None:
    """A button back to the figure looked at last, where there is one."""
    words, asked = st.session_state.get(_LAST_FIGURE) or ("", ())
    if words:
        st.button(
            f"Back to {words}",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=open_figure,
            args=asked,
            key="back-to-figure",
        )
