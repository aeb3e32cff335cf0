"""The back-test: late rates by tier, scorers and calibration, quarter by quarter."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse

ALL = "all"
"""The row of all quarters together."""

_TIERS = """
    select
        quarter,
        scored_on,
        risk_tier,
        tier_order,
        tier_label,
        customers_count,
        invoices_count,
        waiting_count,
        late_count,
        late_rate,
        matured_amount,
        late_amount,
        late_rate_by_value,
        seriously_matured_count,
        seriously_late_count,
        seriously_late_rate,
        has_enough,
        rises,
        is_made_up
    from marts.rpt_backtest_tiers
    order by scored_on nulls last, tier_order
"""

_SCORES = """
    select
        horizon_weeks,
        quarter,
        scored_on,
        scorer,
        scorer_order,
        customers_count,
        invoices_count,
        late_count,
        auc,
        auc_low,
        auc_high,
        scorecard_auc,
        auc - scorecard_auc as auc_difference,
        is_made_up
    from marts.rpt_backtest_scores
    order by horizon_weeks, scored_on nulls last, scorer_order
"""

_CALIBRATION = """
    select
        quarter,
        scored_on,
        score_from,
        score_to,
        earlier_invoices_count,
        expected_late_rate,
        invoices_count,
        late_count,
        late_rate,
        is_made_up
    from marts.rpt_backtest_calibration
    order by scored_on nulls last, score_from
"""


def tiers(warehouse: Warehouse) -> list[Row]:
    """Each quarter's tiers from A to E and who was not scored, oldest quarter first, all quarters last."""
    return warehouse.rows(_TIERS)


def scores(warehouse: Warehouse) -> list[Row]:
    """Each horizon's and quarter's scorers, the scorecard first, all quarters last."""
    return warehouse.rows(_SCORES)


def calibration(warehouse: Warehouse) -> list[Row]:
    """Each quarter's score bands, lowest first, all quarters last."""
    return warehouse.rows(_CALIBRATION)
