"""What every page of one run shares: the warehouse, the view, and how to write figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter
from dashboards.lib.queries.choices import Freshness
from dashboards.lib.view import ALL_ENTITIES, View

_KEY = "_context"


@dataclass(frozen=True)
class Context:
    """One run's publication, choice and formats; set by the app before the page runs."""

    warehouse: Warehouse
    view: View
    fmt: Formatter
    freshness: Freshness


def share(context: Context) -> None:
    """Make the context of this run available to the page."""
    st.session_state[_KEY] = context


def context() -> Context:
    """The context of this run.

    Raises ``LookupError`` where a page is run on its own instead of through ``dashboards/app.py``.
    """
    found = st.session_state.get(_KEY)
    if not isinstance(found, Context):
        raise LookupError("A page runs inside the app: start `streamlit run dashboards/app.py`.")
    return found


def of_build(here: Context, *, whole: bool = False) -> Context:
    """The same for pages that speak of the build's own day; ``whole``: and of all entities and customers.

    Their files then say so, whatever the sidebar asks of other pages.
    """
    view, day = here.view, here.warehouse.publication.as_of_on
    if day is not None:
        view = replace(view, week=replace(view.week, as_of_on=day))
    if whole:
        view = replace(view, entity_id=ALL_ENTITIES, entity_name="All entities", currency=view.main_currency, cut=None)
    return replace(here, view=view)
