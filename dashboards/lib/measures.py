"""What each figure is called, its unit, which way is better, and its definition in words.

The words are those of the metrics page; the figures themselves come ready from the marts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """How a figure is written."""

    DAYS = "days"
    RATE = "rate"
    MONEY = "money"
    TIMES = "times"


class Better(StrEnum):
    """Which way is good news. ``NEITHER``: a change says nothing by itself."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"


@dataclass(frozen=True)
class Measure:
    """A column of ``fct_kpis`` as a reader meets it.

    ``note`` names the policy on the tile itself. ``moves_in_money``: an amount that may be negative changes by an
    amount, because a share of a negative amount reads backwards. ``monthly``: week rows do not have it.
    """

    column: str
    label: str
    unit: Unit
    better: Better
    definition: str
    formula: str
    note: str = ""
    short: str = ""
    moves_in_money: bool = False
    monthly: bool = False

    @property
    def tile(self) -> str:
        """The label short enough for a tile."""
        return self.short or self.label

    @property
    def long(self) -> str:
        """The label with its unit where two figures share a name."""
        return f"{self.label}, days" if self.column == "unapplied_days" else self.label

    @property
    def whole(self) -> str:
        """The definition and, where it is known by month only, that it is."""
        return f"{self.definition} Known by month only." if self.monthly else self.definition


_ALL = (
    Measure(
        "dso_days",
        "DSO",
        Unit.DAYS,
        Better.LOWER,
        "Days sales outstanding: how many days of credit sales are still to be collected. "
        "Receivables and sales both include tax.",
        "receivables ÷ credit sales of the last 91 days × 91",
        "balance method, 91 days",
    ),
    Measure(
        "dso_countback_days",
        "DSO, countback",
        Unit.DAYS,
        Better.LOWER,
        "Takes the credit sales of each calendar month off the balance, newest first, and counts the days used up. "
        "It follows uneven billing better than the balance method.",
        "days of the newest months whose sales add up to the receivables",
        "countback method",
    ),
    Measure(
        "dso_12m_days",
        "DSO, 12 months",
        Unit.DAYS,
        Better.LOWER,
        "The balance method over 364 days: calm, and slow to turn.",
        "receivables ÷ credit sales of the last 364 days × 364",
    ),
    Measure(
        "best_possible_dso_days",
        "Best possible DSO",
        Unit.DAYS,
        Better.NEITHER,
        "What DSO would be if every customer paid on the due day: the part that comes from terms and billing rhythm.",
        "receivables not due ÷ credit sales × days",
        "if all paid on time",
        "Best possible",
    ),
    Measure(
        "average_days_delinquent",
        "Average days delinquent",
        Unit.DAYS,
        Better.LOWER,
        "The part of DSO that comes from late payment.",
        "overdue ÷ credit sales × days",
    ),
    Measure(
        "unapplied_days",
        "Unapplied",
        Unit.DAYS,
        Better.NEITHER,
        "Cash and credits not yet set against an invoice, as days of sales; it lowers DSO.",
        "unapplied ÷ credit sales × days",
    ),
    Measure(
        "receivable_amount",
        "Receivables",
        Unit.MONEY,
        Better.NEITHER,
        "Everything customers owe on the day, tax included, less unapplied cash and credits.",
        "not due + overdue + unapplied",
    ),
    Measure(
        "overdue_amount",
        "Overdue",
        Unit.MONEY,
        Better.LOWER,
        "Open amounts whose due day has passed. An item due on the day itself is not overdue. "
        "Unapplied cash is never netted into it.",
        "Σ open amounts with days past due ≥ 1",
        "due day passed",
    ),
    Measure(
        "late_payment_rate_by_value",
        "Late payment rate",
        Unit.RATE,
        Better.LOWER,
        "Of the invoices that fell due in the last 91 days, the part still open after the due day, by value. "
        "A remainder up to 5 units or 0.5 % does not count as late.",
        "open after the due day ÷ amounts that fell due",
        "by value, 91 days",
        "Late rate",
    ),
    Measure(
        "late_payment_rate_by_count",
        "Late payment rate, by count",
        Unit.RATE,
        Better.LOWER,
        "Of the invoices that fell due in the last 91 days, the share not settled by the due day.",
        "late items ÷ items that fell due",
    ),
    Measure(
        "seriously_late_rate_by_value",
        "Seriously late rate",
        Unit.RATE,
        Better.LOWER,
        "The same, still open 30 days after the due day.",
        "open 30 days after the due day ÷ amounts that fell due",
    ),
    Measure(
        "collection_effectiveness_rate",
        "Collection effectiveness",
        Unit.RATE,
        Better.HIGHER,
        "CEI: of what could have been collected in the last 28 days, the share that was.",
        "(opening + sales − closing) ÷ (opening + sales − closing not due)",
        "effectiveness, 28 days",
        "Collection",
    ),
    Measure(
        "unapplied_amount",
        "Unapplied",
        Unit.MONEY,
        Better.NEITHER,
        "Cash, deposits and credit notes not yet set against an invoice. A bucket of its own, "
        "never netted into another.",
        "Σ open amounts below zero",
        "cash and credits to match",
        moves_in_money=True,
    ),
    Measure(
        "over_90_amount",
        "Over 90 days",
        Unit.MONEY,
        Better.LOWER,
        "Open amounts more than 90 days past due.",
        "Σ open amounts with days past due > 90",
    ),
    Measure(
        "over_90_rate",
        "Over 90 days, share",
        Unit.RATE,
        Better.LOWER,
        "The share of open invoices more than 90 days past due.",
        "over 90 ÷ (not due + overdue)",
    ),
    Measure(
        "current_rate",
        "Not due, share",
        Unit.RATE,
        Better.HIGHER,
        "The share of open invoices that is not due yet.",
        "not due ÷ (not due + overdue)",
    ),
    Measure(
        "days_beyond_terms",
        "Days beyond terms",
        Unit.DAYS,
        Better.LOWER,
        "How many days after the due day cash comes in, weighted by amount; early payment counts as negative.",
        "Σ cash × (receipt − due day) ÷ Σ cash",
    ),
    Measure(
        "weighted_days_to_pay",
        "Days to pay",
        Unit.DAYS,
        Better.LOWER,
        "How many days after the invoice day cash comes in, weighted by amount. Not DSO: it sees only what was paid.",
        "Σ cash × (receipt − invoice day) ÷ Σ cash",
    ),
    Measure(
        "sales_amount",
        "Credit sales",
        Unit.MONEY,
        Better.HIGHER,
        "Invoices and debit notes less credit notes by posting day, tax included, over 91 days.",
        "Σ invoices + debit notes − credit notes",
    ),
    Measure(
        "collected_amount",
        "Cash collected",
        Unit.MONEY,
        Better.HIGHER,
        "Payments and deposits by posting day over 91 days; refunds and bounces apart.",
        "Σ payments + deposits",
    ),
    Measure(
        "disputed_amount",
        "Disputed",
        Unit.MONEY,
        Better.LOWER,
        "The disputed part of open invoices on the day.",
        "Σ min(disputed, open)",
    ),
    Measure(
        "receivable_turnover_12m_ratio",
        "Receivables turnover",
        Unit.TIMES,
        Better.HIGHER,
        "How many times a year receivables turn into cash: credit sales of 12 months over the mean of opening and "
        "closing receivables.",
        "2 × credit sales of 12 months ÷ (opening + closing receivables)",
    ),
    Measure(
        "days_beyond_terms_floored",
        "Days beyond terms, early as zero",
        Unit.DAYS,
        Better.LOWER,
        "The same where paying early counts as paying on the due day: early payers do not hide late ones.",
        "Σ cash × max(receipt − due day, 0) ÷ Σ cash",
    ),
    Measure(
        "days_beyond_terms_late_only",
        "Days beyond terms, late only",
        Unit.DAYS,
        Better.LOWER,
        "Of the cash that came after the due day, how many days after it.",
        "Σ late cash × (receipt − due day) ÷ Σ late cash",
    ),
    Measure(
        "average_overdue_age_days",
        "Average age of overdue",
        Unit.DAYS,
        Better.LOWER,
        "How old what is overdue is, weighted by amount. Days to pay see only what was paid; this sees what was not.",
        "Σ overdue × days past due ÷ Σ overdue",
    ),
    Measure(
        "unapplied_cash_amount",
        "Unapplied cash",
        Unit.MONEY,
        Better.NEITHER,
        "Payments and deposits not yet set against an invoice; credit notes apart. Never cleaned of disputes.",
        "Σ open payments and deposits",
        moves_in_money=True,
    ),
    Measure(
        "average_unapplied_cash_age_days",
        "Average age of unapplied cash",
        Unit.DAYS,
        Better.LOWER,
        "How long payments and deposits have been waiting for their invoice since posting, weighted by amount.",
        "Σ unapplied cash × days since posting ÷ Σ unapplied cash",
    ),
    Measure(
        "period_collected_amount",
        "Cash of the period",
        Unit.MONEY,
        Better.HIGHER,
        "Payments and deposits posted in the week itself, or in the month; refunds and bounces apart.",
        "Σ payments + deposits of the week or month",
    ),
    Measure(
        "collected_target_rate",
        "Cash against target",
        Unit.RATE,
        Better.HIGHER,
        "Cash collected in the month over its target. All entities together have the sum of the targets given.",
        "cash of the month ÷ target",
        monthly=True,
    ),
    Measure(
        "written_off_amount",
        "Written off",
        Unit.MONEY,
        Better.LOWER,
        "Write-offs posted over 91 days; a loss is positive. Never cleaned of disputes.",
        "−Σ write-offs",
        moves_in_money=True,
    ),
    Measure(
        "write_off_rate",
        "Write-off rate",
        Unit.RATE,
        Better.LOWER,
        "Written off over 91 days as a share of the credit sales of these days.",
        "written off ÷ credit sales",
    ),
    Measure(
        "cost_of_overdue_amount",
        "Cost of overdue",
        Unit.MONEY,
        Better.LOWER,
        "What funding the overdue amount for the window costs at the policy's yearly rate, on 365 days.",
        "overdue × yearly funding rate × days of the window ÷ 365",
    ),
    Measure(
        "at_risk_amount",
        "At risk",
        Unit.MONEY,
        Better.LOWER,
        "Of what was billed in the month, what was still open 90 days after the month's end.",
        "Σ open 90 days after the month's end",
        monthly=True,
    ),
    Measure(
        "at_risk_rate",
        "At-risk rate",
        Unit.RATE,
        Better.LOWER,
        "The share of a month's billing still open 90 days after the month's end. Unknown until then.",
        "open 90 days after the month's end ÷ billed in the month",
        monthly=True,
    ),
)

MEASURES: dict[str, Measure] = {measure.column: measure for measure in _ALL}

TILES = (
    "dso_days",
    "best_possible_dso_days",
    "overdue_amount",
    "late_payment_rate_by_value",
    "collection_effectiveness_rate",
    "unapplied_amount",
)
DSO_PARTS = ("best_possible_dso_days", "average_days_delinquent", "unapplied_days")
SECTIONS: dict[str, tuple[str, ...]] = {
    "Speed": (
        "dso_countback_days",
        "dso_12m_days",
        "receivable_turnover_12m_ratio",
        "weighted_days_to_pay",
        "days_beyond_terms",
        "days_beyond_terms_floored",
        "days_beyond_terms_late_only",
    ),
    "Lateness and age": (
        "average_overdue_age_days",
        "late_payment_rate_by_count",
        "seriously_late_rate_by_value",
        "current_rate",
        "over_90_rate",
        "over_90_amount",
        "disputed_amount",
    ),
    "Cash": (
        "period_collected_amount",
        "collected_amount",
        "unapplied_cash_amount",
        "average_unapplied_cash_age_days",
    ),
    "Losses and cost": ("written_off_amount", "write_off_rate", "cost_of_overdue_amount"),
    "Balance and sales": ("receivable_amount", "sales_amount"),
}
"""The other figures of a week, under the heads a reader looks for them under."""
MONTH_FIGURES = (
    "dso_days",
    "overdue_amount",
    "late_payment_rate_by_value",
    "collection_effectiveness_rate",
    "period_collected_amount",
    "collected_target_rate",
    "at_risk_amount",
    "at_risk_rate",
    "write_off_rate",
)
"""What the table of months shows."""


def led_by(headline: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns with the DSO that the policy shows first in the place of the other one.

    ``headline``: `rpt_passport.headline_dso`, ``dso_days`` or ``dso_countback_days``.
    """
    swap = {"dso_days": headline, headline: "dso_days"}
    return tuple(swap.get(column, column) for column in columns)
