"""Back-test: did invoices come later the worse the tier, and does the scorecard know more than the past late rate?"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import charts, export, filters, page, passport, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import backtest
from dashboards.lib.tables import Column, Kind

NO_PROOF = "Made-up data: no proof. These figures show how the trial is done; they say nothing of the scorecard."
_HORIZONS = {"13": "13 weeks after", "26": "26 weeks after"}
_TIER_COLUMNS = (
    Column("quarter", "Quarter", width=88, pinned=True),
    Column("scored_on", "Scored", Kind.DATE, 104),
    Column("risk_tier", "Tier", Kind.TIER, 80),
    Column("customers_count", "Customers", Kind.COUNT, 88),
    Column("invoices_count", "Invoices due", Kind.COUNT, 96),
    Column("late_count", "Late", Kind.COUNT, 72),
    Column("late_rate", "Late rate", Kind.RATE, 88),
    Column("late_rate_by_value", "By value", Kind.RATE, 88),
    Column("seriously_late_rate", "Seriously late", Kind.RATE, 104),
    Column("waiting_count", "Not due yet", Kind.COUNT, 88),
    Column("told", "Against the tier before", width=184),
)
_SCORE_COLUMNS = (
    Column("scorer_words", "Ranked by", width=264, pinned=True),
    Column("auc", "AUC", Kind.PRECISE, 80),
    Column("auc_low", "95 %, from", Kind.PRECISE, 88),
    Column("auc_high", "to", Kind.PRECISE, 80),
    Column("scorecard_auc", "Scorecard, same invoices", Kind.PRECISE, 176),
    Column("customers_count", "Customers", Kind.COUNT, 88),
    Column("invoices_count", "Invoices", Kind.COUNT, 88),
    Column("late_count", "Late", Kind.COUNT, 72),
)
_BAND_COLUMNS = (
    Column("quarter", "Quarter", width=88, pinned=True),
    Column("score_from", "Score from", Kind.COUNT, 88),
    Column("score_to", "to", Kind.COUNT, 72),
    Column("expected_late_rate", "Late before", Kind.RATE, 96),
    Column("late_rate", "Late then", Kind.RATE, 96),
    Column("invoices_count", "Invoices", Kind.COUNT, 88),
    Column("late_count", "Late", Kind.COUNT, 72),
    Column("earlier_invoices_count", "Invoices before", Kind.COUNT, 104),
)


def _take_away(
    rows: Sequence[Row], columns: Sequence[Column], name: str, said: str, made_up: bool, here: Context
) -> None:
    chosen = [("Proof", NO_PROOF)] if made_up else []
    facts = export.about(here, said, currency=here.view.main_currency, chosen=chosen)
    with st.container(horizontal=True, horizontal_alignment="right"):
        export.buttons(rows, columns, name, facts, key=name)


def _told(row: Row) -> str:
    """How a tier stands to the one before it, in words."""
    if row["risk_tier"] == "unscored":
        return "in no order"
    if not row["has_enough"]:
        return "too few to compare"
    return {None: "first with enough", True: "not below", False: "below"}[row["rises"]]


def _tiers(rows: Sequence[Row], made_up: bool, here: Context) -> None:
    by_quarter = [row for row in rows if row["quarter"] != backtest.ALL]
    told = [{**row, "told": _told(row)} for row in rows]
    message = "Late rates by tier" if made_up else sentence.tiers_tried(rows)
    note = "Share of the invoices posted in the 13 weeks after, by count; hollow where a tier has too few to compare"
    with page.card("late-rates", message, note):
        charts.show(charts.tried_tiers(by_quarter, here.fmt), "late-rates-chart", "Late rate by tier and quarter")
        tables.show(
            [row for row in told if row["quarter"] == backtest.ALL],
            _TIER_COLUMNS,
            here.fmt,
            key="tried-tiers",
            alt="All quarters together, by tier",
        )
        with st.expander("Quarter by quarter"):
            tables.show(
                [row for row in told if row["quarter"] != backtest.ALL and row["invoices_count"]],
                _TIER_COLUMNS,
                here.fmt,
                key="tried-quarters",
                alt="Each quarter by tier",
            )
        _take_away(told, _TIER_COLUMNS, "back-test-tiers", "Back-test: late rates by tier", made_up, here)


def _scores(rows: Sequence[Row], made_up: bool, here: Context) -> None:
    message = "Beside the yardsticks" if made_up else sentence.scorers_tried(rows, here.fmt)
    quarters = list(dict.fromkeys(row["quarter"] for row in rows))[::-1]
    note = "AUC: the chance that of a late invoice and one in time, the late one ranks worse; 0.5 is chance"
    with page.card("scorers", message, note):
        with st.container(horizontal=True, vertical_alignment="center", key="back-test-filters"):
            horizon = filters.segmented("horizon", "Invoices of the", _HORIZONS, "13", quiet=True)
            quarter = filters.select(
                "quarter",
                "Quarter",
                quarters,
                backtest.ALL,
                lambda code: "All quarters" if code == backtest.ALL else code,
                width=160,
                quiet=True,
            )
        shown = [
            {**row, "scorer_words": sentence.SCORERS[row["scorer"]]}
            for row in rows
            if row["quarter"] == quarter and str(row["horizon_weeks"]) == horizon
        ]
        tables.show(
            shown,
            _SCORE_COLUMNS,
            here.fmt,
            key="tried-scorers",
            alt="Scorers and how well they tell late invoices from the others",
            bold=lambda row: row["scorer"] == "scorecard",
        )
        if not any(row["scorer"] == "logistic" for row in rows):
            page.note(
                "The yardstick, a logistic regression, was left out: too few invoices before any quarter to train on, "
                "scikit-learn not installed, or left out by choice."
            )
        _take_away(shown, _SCORE_COLUMNS, "back-test-scorers", "Back-test: scorers", made_up, here)


def _calibration(rows: Sequence[Row], made_up: bool, here: Context) -> None:
    together = [row for row in rows if row["quarter"] == backtest.ALL]
    message = "Expected and come, by score" if made_up else sentence.calibration_tried(together, here.fmt)
    note = "Mark: late rate of the score in the quarters before; bar: what came of its invoices in the quarter"
    with page.card("calibration", message, note):
        if together:
            charts.show(charts.calibration(together, here.fmt), "calibration-chart", "Expected and actual late rates")
        else:
            page.note("No quarter has another before it to expect anything from.")
        _take_away(rows, _BAND_COLUMNS, "back-test-calibration", "Back-test: calibration", made_up, here)


def main() -> None:
    """Draw the page."""
    here = context()
    made_up = passport.is_made_up(here.warehouse)
    tiers, scores = backtest.tiers(here.warehouse), backtest.scores(here.warehouse)
    told = NO_PROOF if made_up else sentence.back_test(tiers, scores, here.fmt)
    page.head(here, "Back-test", told, as_of_build=True)
    if made_up:
        page.banner("The sample company is invented: what it shows is never a proof of the scorecard.", mild=True)
    if not tiers:
        page.note("No quarter can be tried yet: its first day needs a scored week before it and invoices after.")
    _tiers(tiers, made_up, here)
    _scores(scores, made_up, here)
    _calibration(backtest.calibration(here.warehouse), made_up, here)
    policy = " ".join(
        (
            "All customers of all entities but intragroup ones. Known by effective day at the week before the quarter;",
            "outcome as known now. Intervals: DeLong's, the invoices of one customer counted as one.",
        )
    )
    st.html(f'<p class="enc-card-note">{escape(policy)}</p>')


main()
