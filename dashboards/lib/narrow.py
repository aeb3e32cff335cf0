"""One member of a dimension in view: what the address says, checked against the marts, and how it is told."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from babel import Locale

from dashboards.lib import filters, navigate
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.format import DEFAULT_LOCALE
from dashboards.lib.queries import cuts
from dashboards.lib.view import Cut


def words_of(dimension: str, row: Row) -> str:
    """A member as a reader meets it: a country and a group by their names, the rest as given."""
    code = str(row["member"])
    if code == cuts.ALONE:
        return "In no group"
    if dimension == "group_customer_id":
        return str(row["group_name"] or code)
    if dimension == "country_code":
        return str(Locale.parse(DEFAULT_LOCALE).territories.get(code, code))
    return code


def narrowed(here: Context, dimension: str, code: str) -> Context:
    """The context with the member in view, or as it was where the marts do not know it."""
    row = cuts.member(here.warehouse, dimension, code)
    if row is None:
        return here
    name = words_of(dimension, {**row, "member": code})
    cut = Cut(dimension, code, name, f"{cuts.DIMENSIONS[dimension]}: {name}")
    return replace(here, view=replace(here.view, cut=cut))


def show_all() -> None:
    """Speak of all customers again: a callback."""
    filters.put(navigate.MEMBER, None, None)


def chip(here: Context) -> None:
    """Say whom the page speaks of, and the way back to all."""
    if here.view.cut is None:
        return
    st.button(
        f"Only {here.view.cut.words}. Show all",
        icon=":material/filter_alt_off:",
        type="tertiary",
        on_click=show_all,
        key="show-all",
    )
