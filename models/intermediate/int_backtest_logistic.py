"""The yardstick of the back-test: a logistic regression on the factors of the scorecard and the past late rates.

It says what could be had from the same knowledge with any weights; the scorecard, which a person can read, is measured
against it and never replaced by it. Each quarter is trained on the quarters before it alone, and of their invoices on
what was known by their next quarter's week. No row where nothing was there to train on, or where scikit-learn is not
installed; `--vars '{logistic_yardstick: false}'` leaves the model out.
"""

from __future__ import annotations

from typing import Any

ENOUGH = 30
"""Late invoices, and invoices in time, that a training needs."""

KNOWN = ("past_late_rate", "past_late_rate_by_value", "days_beyond_terms")
"""Columns of `int_backtest_customers` that are learnt from beside the factors."""


def model(dbt: Any, session: Any) -> Any:
    """One row a quarter's week and customer: `late_probability`, rounded to six places."""
    import pandas as pd

    dbt.config(materialized="table")
    customers = dbt.ref("int_backtest_customers").df()
    inputs = dbt.ref("int_customer_risk_inputs")
    factors = [
        factor
        for (factor,) in dbt.ref("risk_factors").project("factor").order("factor").fetchall()
        if factor in inputs.columns and factor not in KNOWN
    ]
    weeks = dbt.ref("int_backtest_quarters").project("scored_on as week_ending_on")
    asked = inputs.join(weeks, "week_ending_on").project(", ".join(["week_ending_on", "customer_id", *factors])).df()
    rows = customers[(customers["horizon_weeks"] == 13) & customers["is_compared"]]
    everybody = customers[(customers["horizon_weeks"] == 26) & customers["is_compared"]]
    columns = [*KNOWN, *factors]
    parts = []
    for scored_on in sorted(everybody["scored_on"].unique()):
        before = rows[rows["next_scored_on"] <= scored_on]
        late, in_time = before["learnt_late_count"], before["learnt_count"] - before["learnt_late_count"]
        if late.sum() < ENOUGH or in_time.sum() < ENOUGH:
            continue
        fitted = _fitted(_with_factors(before, asked)[columns], late, in_time)
        if fitted is None:
            break
        now = everybody[everybody["scored_on"] == scored_on]
        chances = fitted.predict_proba(_with_factors(now, asked)[columns])[:, 1]
        parts.append(now[["scored_on", "customer_id"]].assign(late_probability=chances.round(6)))
    said = pd.concat(parts) if parts else everybody[["scored_on", "customer_id"]].head(0).assign(late_probability=0.0)
    return session.from_df(said).project(
        "cast(scored_on as date) as scored_on, cast(customer_id as varchar) as customer_id, "
        "cast(late_probability as double) as late_probability"
    )


def _with_factors(customers: Any, factors: Any) -> Any:
    keys = {"left_on": ["scored_on", "customer_id"], "right_on": ["week_ending_on", "customer_id"]}
    return customers.merge(factors, how="left", suffixes=("", "_rounded"), **keys).astype(
        {name: "float64" for name in factors.columns if name not in ("week_ending_on", "customer_id")}
    )


def _fitted(known: Any, late: Any, in_time: Any) -> Any:
    """The regression, each customer counted as often as it was billed; None where scikit-learn is not installed."""
    import numpy as np
    import pandas as pd

    try:
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        return None
    regression = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    )
    twice = pd.concat([known, known], ignore_index=True)
    came_late = np.repeat([1, 0], len(known))
    weights = np.concatenate([late.to_numpy(dtype="float64"), in_time.to_numpy(dtype="float64")])
    return regression.fit(twice, came_late, logisticregression__sample_weight=weights)
