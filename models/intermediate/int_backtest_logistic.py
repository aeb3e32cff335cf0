"""The yardstick of the back-test: a logistic regression on the factors of the scorecard and the past late rates.

It says what could be had from the same knowledge with any weights; the scorecard, which a person can read, is measured
against it and never replaced by it. Each quarter is trained on the quarters before it alone, and of their invoices on
what was known by their next quarter's week. No row where nothing was there to train on, or where scikit-learn is not
installed; the variable `logistic_yardstick: false` leaves the model out.
"""

from __future__ import annotations

from typing import Any

ENOUGH = 30
"""Late invoices, and invoices in time, that a training needs."""

MOST = 50_000
"""Customers' quarters that a training takes: beyond, customers are drawn by a hash of their code."""

KNOWN = ("past_late_rate", "past_late_rate_by_value", "days_beyond_terms")
"""Columns of `int_backtest_customers` that are learnt from beside the factors."""


def model(dbt: Any, session: Any) -> Any:
    """One row a quarter's week and customer: `late_probability`, rounded to six places."""
    import pandas as pd

    dbt.config(materialized="table")
    inputs = dbt.ref("int_customer_risk_inputs")
    factors = [
        factor
        for (factor,) in dbt.ref("risk_factors").project("factor").order("factor").fetchall()
        if factor in inputs.columns and factor not in KNOWN
    ]
    columns = [*KNOWN, *factors]
    known = (
        dbt.ref("int_backtest_customers")
        .filter("is_compared")
        .set_alias("customers")
        .join(
            inputs.set_alias("inputs"),
            "customers.scored_on = inputs.week_ending_on and customers.customer_id = inputs.customer_id",
            how="left",
        )
        .project(
            ", ".join(
                [
                    *("customers.horizon_weeks", "customers.scored_on", "customers.next_scored_on"),
                    *("customers.customer_id", "customers.learnt_late_count as late_count"),
                    "customers.learnt_count - customers.learnt_late_count as in_time_count",
                    *(f"cast(customers.{name} as double) as {name}" for name in KNOWN),
                    *(f"cast(inputs.{name} as double) as {name}" for name in factors),
                ]
            )
        )
    )
    weeks = [week for (week,) in known.project("scored_on").distinct().order("scored_on").fetchall()]
    parts = []
    for week in weeks:
        fitted = _fitted(known.filter(f"horizon_weeks = 13 and next_scored_on <= date '{week}'"), columns)
        if fitted is not None:
            now = known.filter(f"horizon_weeks = 26 and scored_on = date '{week}'").order("customer_id").df()
            chances = fitted.predict_proba(now[columns])[:, 1].round(6)
            parts.append(now[["scored_on", "customer_id"]].assign(late_probability=chances))
    said = pd.concat(parts) if parts else known.limit(0).df()[["scored_on", "customer_id"]].assign(late_probability=0.0)
    return session.from_df(said).project(
        "cast(scored_on as date) as scored_on, cast(customer_id as varchar) as customer_id, "
        "cast(late_probability as double) as late_probability"
    )


def _fitted(before: Any, columns: list[str]) -> Any:
    """The regression, each customer counted as often as it was billed.

    None where too little is known before, or where scikit-learn is not installed.
    """
    ((rows, late_count, in_time_count),) = before.aggregate(
        "count(*), coalesce(sum(late_count), 0), coalesce(sum(in_time_count), 0)"
    ).fetchall()
    if late_count < ENOUGH or in_time_count < ENOUGH:
        return None
    try:
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        return None
    import numpy as np
    import pandas as pd

    drawn = before.filter(f"hash(customer_id) % {1 + rows // MOST} = 0").order("scored_on, customer_id").df()
    regression = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    )
    # Each row twice, as late and as in time, weighed by how many of its invoices were.
    twice = pd.concat([drawn[columns]] * 2, ignore_index=True)
    came_late = np.repeat([1, 0], len(drawn))
    weights = pd.concat([drawn["late_count"], drawn["in_time_count"]]).to_numpy(dtype="float64")
    return regression.fit(twice, came_late, logisticregression__sample_weight=weights)
