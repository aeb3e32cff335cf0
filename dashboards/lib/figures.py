"""What each figure is made of: its parts, each a column of ``fct_kpis`` and the rows that add up to it.

A part names the family of rows it is summed from (``queries/families.py``) and what a row of it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Where the rows of a part come from."""

    BALANCE = "balance"
    OPENING = "opening"
    FLOW = "flow"
    MATURED = "matured"
    CASH = "cash"
    COHORT = "cohort"


class Window(StrEnum):
    """The days a part looks back over from the row's day."""

    DAY = "day"
    ROW = "row"
    YEAR = "year"
    EFFECTIVENESS = "effectiveness"
    PERIOD = "period"
    COHORT = "cohort"
    COUNTBACK = "countback"


class Sum(StrEnum):
    """What is added up."""

    MONEY = "money"
    COUNT = "count"
    MONEY_DAYS = "money_days"


@dataclass(frozen=True)
class Part:
    """One sum: the column of ``fct_kpis`` it must equal, and how its rows are told.

    ``explained`` says which documents count and how much of each.
    """

    column: str
    label: str
    family: Family
    explained: str
    window: Window = Window.DAY
    adds: Sum = Sum.MONEY


_PARTS = (
    Part(
        "receivable_amount",
        "Receivables",
        Family.BALANCE,
        "Every item open on the day: invoices above zero, credits below.",
    ),
    Part("not_due_amount", "Not due", Family.BALANCE, "Open items due on the day or later."),
    Part("overdue_amount", "Overdue", Family.BALANCE, "Open items whose due day has passed."),
    Part("over_90_amount", "Over 90 days", Family.BALANCE, "Open items more than 90 days past due."),
    Part("unapplied_amount", "Unapplied", Family.BALANCE, "What is open below zero: cash and credits to match."),
    Part("disputed_amount", "Disputed", Family.BALANCE, "The disputed part of items open on the day."),
    Part(
        "overdue_amount_days",
        "Overdue by days past due",
        Family.BALANCE,
        "Open items whose due day has passed, each amount times the days since.",
        adds=Sum.MONEY_DAYS,
    ),
    Part(
        "unapplied_cash_amount",
        "Unapplied cash",
        Family.BALANCE,
        "Payments and deposits of which something is open below zero on the day.",
    ),
    Part(
        "unapplied_cash_amount_days",
        "Unapplied cash by days",
        Family.BALANCE,
        "The same payments and deposits, each open amount times the days since it was posted.",
        adds=Sum.MONEY_DAYS,
    ),
    Part(
        "opening_receivable_amount",
        "Opening receivables",
        Family.OPENING,
        "Every item open at the end of the day before the window.",
        Window.EFFECTIVENESS,
    ),
    Part(
        "opening_12m_receivable_amount",
        "Opening receivables, 12 months",
        Family.OPENING,
        "Every item open at the end of the day before the 12 months.",
        Window.YEAR,
    ),
    Part(
        "sales_amount",
        "Credit sales",
        Family.FLOW,
        "Invoices and debit notes less credit notes posted in the window.",
        Window.ROW,
    ),
    Part(
        "sales_12m_amount",
        "Credit sales, 12 months",
        Family.FLOW,
        "Invoices and debit notes less credit notes posted in the window.",
        Window.YEAR,
    ),
    Part(
        "effectiveness_sales_amount",
        "Credit sales, 28 days or month",
        Family.FLOW,
        "Invoices and debit notes less credit notes posted in the window.",
        Window.EFFECTIVENESS,
    ),
    Part(
        "collected_amount",
        "Cash collected",
        Family.FLOW,
        "Payments and deposits posted in the window; refunds and bounces apart.",
        Window.ROW,
    ),
    Part(
        "period_collected_amount",
        "Cash of the period",
        Family.FLOW,
        "Payments and deposits posted in the week or month itself; refunds and bounces apart.",
        Window.PERIOD,
    ),
    Part(
        "written_off_amount",
        "Written off",
        Family.FLOW,
        "Write-offs posted in the window; a loss is positive.",
        Window.ROW,
    ),
    Part(
        "late_amount",
        "Late part",
        Family.MATURED,
        "Of the items that fell due in the window, what was still open after the due day.",
        Window.ROW,
    ),
    Part(
        "matured_amount",
        "Fell due",
        Family.MATURED,
        "Invoices, debit notes and openings whose due day is in the window.",
        Window.ROW,
    ),
    Part(
        "late_items_count",
        "Late items",
        Family.MATURED,
        "Items that fell due in the window and were not settled by their due day; each counts once.",
        Window.ROW,
        Sum.COUNT,
    ),
    Part(
        "matured_items_count",
        "Items that fell due",
        Family.MATURED,
        "Invoices, debit notes and openings whose due day is in the window; each counts once.",
        Window.ROW,
        Sum.COUNT,
    ),
    Part(
        "seriously_late_amount",
        "Seriously late part",
        Family.MATURED,
        "Of the items whose days of grace ended in the window, what was still open then.",
        Window.ROW,
    ),
    Part(
        "seriously_matured_amount",
        "Grace ended",
        Family.MATURED,
        "Invoices, debit notes and openings whose days of grace ended in the window.",
        Window.ROW,
    ),
    Part(
        "paid_amount",
        "Cash applied",
        Family.CASH,
        "Cash received in the window and set against invoices; what bounced is left out.",
        Window.ROW,
    ),
    Part(
        "paid_amount_days_to_pay",
        "Cash by days to pay",
        Family.CASH,
        "The same cash, each amount times the days from the invoice day to its receipt.",
        Window.ROW,
        Sum.MONEY_DAYS,
    ),
    Part(
        "paid_amount_days_beyond_terms",
        "Cash by days beyond terms",
        Family.CASH,
        "The same cash, each amount times the days from the due day to its receipt; early is negative.",
        Window.ROW,
        Sum.MONEY_DAYS,
    ),
    Part(
        "paid_amount_days_late",
        "Cash by days late",
        Family.CASH,
        "The same cash, each amount times the days after the due day; early counts as zero.",
        Window.ROW,
        Sum.MONEY_DAYS,
    ),
    Part(
        "paid_late_amount",
        "Late cash",
        Family.CASH,
        "Cash received after the due day in the window and set against invoices.",
        Window.ROW,
    ),
    Part(
        "at_risk_amount",
        "Still open",
        Family.COHORT,
        "Of the invoices and debit notes posted in the month, what was open 90 days after its end.",
        Window.COHORT,
    ),
    Part(
        "cohort_billed_amount",
        "Billed in the month",
        Family.COHORT,
        "Invoices and debit notes posted in the month.",
        Window.COHORT,
    ),
)
COUNTBACK = Part(
    "countback_sales_amount",
    "Credit sales counted back",
    Family.FLOW,
    "Invoices and debit notes less credit notes posted in the months that the count goes back through.",
    Window.COUNTBACK,
)
"""Of no column of ``fct_kpis``: held against the months of the count, whose days add up to the figure."""
PARTS: dict[str, Part] = {part.column: part for part in _PARTS}

FIGURES: dict[str, tuple[str, ...]] = {
    "dso_days": ("receivable_amount", "sales_amount"),
    "dso_countback_days": ("receivable_amount",),
    "dso_12m_days": ("receivable_amount", "sales_12m_amount"),
    "best_possible_dso_days": ("not_due_amount", "sales_amount"),
    "average_days_delinquent": ("overdue_amount", "sales_amount"),
    "unapplied_days": ("unapplied_amount", "sales_amount"),
    "receivable_amount": ("receivable_amount",),
    "overdue_amount": ("overdue_amount",),
    "late_payment_rate_by_value": ("late_amount", "matured_amount"),
    "late_payment_rate_by_count": ("late_items_count", "matured_items_count"),
    "seriously_late_rate_by_value": ("seriously_late_amount", "seriously_matured_amount"),
    "collection_effectiveness_rate": (
        "opening_receivable_amount",
        "effectiveness_sales_amount",
        "receivable_amount",
        "not_due_amount",
    ),
    "unapplied_amount": ("unapplied_amount",),
    "over_90_amount": ("over_90_amount",),
    "over_90_rate": ("over_90_amount", "not_due_amount", "overdue_amount"),
    "current_rate": ("not_due_amount", "overdue_amount"),
    "days_beyond_terms": ("paid_amount_days_beyond_terms", "paid_amount"),
    "weighted_days_to_pay": ("paid_amount_days_to_pay", "paid_amount"),
    "sales_amount": ("sales_amount",),
    "collected_amount": ("collected_amount",),
    "disputed_amount": ("disputed_amount",),
    "receivable_turnover_12m_ratio": ("sales_12m_amount", "opening_12m_receivable_amount", "receivable_amount"),
    "days_beyond_terms_floored": ("paid_amount_days_late", "paid_amount"),
    "days_beyond_terms_late_only": ("paid_amount_days_late", "paid_late_amount"),
    "average_overdue_age_days": ("overdue_amount_days", "overdue_amount"),
    "unapplied_cash_amount": ("unapplied_cash_amount",),
    "average_unapplied_cash_age_days": ("unapplied_cash_amount_days", "unapplied_cash_amount"),
    "period_collected_amount": ("period_collected_amount",),
    "collected_target_rate": ("period_collected_amount",),
    "written_off_amount": ("written_off_amount",),
    "write_off_rate": ("written_off_amount", "sales_amount"),
    "cost_of_overdue_amount": ("overdue_amount",),
    "at_risk_amount": ("at_risk_amount",),
    "at_risk_rate": ("at_risk_amount", "cohort_billed_amount"),
}
"""The parts of each figure, in the order of its formula."""
