"""Ledger: how the balance rolled forward, its revaluation, the statutory tables, and what was reported before."""

from __future__ import annotations

import streamlit as st

from dashboards.lib import page, sentence
from dashboards.lib.context import context
from dashboards.sections import restated, revaluation, roll_forward, statutory


def main() -> None:
    """Draw the page."""
    here = context()
    head = st.container()
    rows = roll_forward.draw(here)
    with head:
        page.head(here, "Ledger", sentence.ledger(rows, here.view, here.fmt))
    revaluation.draw(here)
    statutory.draw(here)
    restated.draw(here)


main()
