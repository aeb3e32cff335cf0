"""Figures of metrics 3 without a ruling of their own: ages, write-offs, cost of overdue, turnover, targets."""

from __future__ import annotations

from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import T, allocation, credit_note, invoice, payment, target
from tests.models.expectations import Kpis

AGES_AND_COSTS = (
    Case(
        entity_id="F-AGES",
        report_on=T,
        documents=(
            invoice("OLD", "100.00", "2024-01-10", "2024-02-20"),
            invoice("NEW", "300.00", "2024-03-01", "2024-03-21"),
            invoice("W", "50.00", "2023-11-01", "2023-12-01"),
            invoice("WO", "-50.00", "2024-02-05", document_type="write_off"),
            allocation("WO", "W", "50.00", credit_kind="write_off"),
            payment("FREE", "30.00", "2024-03-11"),
            payment("DEPOSIT", "10.00", "2024-03-27", payment_type="deposit"),
            credit_note("CREDIT", "-40.00", "2024-03-30"),
            target("2024-03-15", "80.00"),
        ),
        expected=(
            Kpis(
                {
                    # 100 × 40 days + 300 × 10 days.
                    "overdue_amount_days": "7000.00",
                    "average_overdue_age_days": "17.5",
                    # 30 × 20 days + 10 × 4 days; a credit note is no cash.
                    "unapplied_cash_amount": "-40.00",
                    "unapplied_cash_amount_days": "-640.00",
                    "average_unapplied_cash_age_days": "16",
                    "written_off_amount": "50.00",
                    "write_off_rate": Fraction(50, 360),
                    # 400 × 5 % × 91 ÷ 365 = 4.9863
                    "cost_of_overdue_amount": "4.99",
                    "opening_12m_receivable_amount": "0.00",
                    "receivable_turnover_12m_ratio": Fraction(2 * 410, 320),
                    "period_collected_amount": "40.00",
                    "collected_target_amount": "80.00",
                    "collected_target_rate": "0.5",
                }
            ),
            Kpis(
                {
                    "written_off_amount": "50.00",
                    "period_collected_amount": "10.00",
                    "collected_target_amount": None,
                    "collected_target_rate": None,
                },
                period="week",
            ),
        ),
    ),
)
