"""The charts of the pages, each a function from rows to a figure; ``show`` draws one.

``frame`` is what all share, ``receivables`` what is owed and comes in, ``credit`` how customers pay and are scored.
"""

from dashboards.lib.charts.credit import behaviour, calibration, exposures, first_payments, tried_tiers
from dashboards.lib.charts.frame import show
from dashboards.lib.charts.receivables import (
    ageing,
    at_risk,
    balance,
    collected,
    dso_parts,
    due_calendar,
    due_weeks,
    overdue,
    waterfall,
)

__all__ = [
    "ageing",
    "at_risk",
    "balance",
    "behaviour",
    "calibration",
    "collected",
    "dso_parts",
    "due_calendar",
    "due_weeks",
    "exposures",
    "first_payments",
    "overdue",
    "show",
    "tried_tiers",
    "waterfall",
]
