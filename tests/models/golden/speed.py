"""Cases C and D: how fast customers pay, and when a document is due."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import T, allocation, customer, invoice, payment
from tests.models.expectations import ItemColumns, Kpis

SPEED_CASES = (
    Case(
        entity_id="C01",
        report_on=date(2026, 6, 30),
        documents=(
            invoice("I", "1000.00", "2026-06-01"),
            payment("P", "1000.00", "2026-06-20"),
            allocation("P", "I", "1000.00"),
        ),
        expected=(
            Kpis({"weighted_days_to_pay": "19", "paid_amount": "1000.00"}),
            ItemColumns({"I": {"days_to_pay": 19, "settled_on": "2026-06-20"}}),
        ),
    ),
    Case(
        entity_id="C02",
        report_on=date(2026, 7, 31),
        documents=(
            invoice("I", "1000.00", "2026-06-01"),
            payment("P", "1000.00", "2026-07-16"),
            allocation("P", "I", "1000.00"),
        ),
        expected=(
            Kpis({"weighted_days_to_pay": "45", "paid_amount": "1000.00"}),
            ItemColumns({"I": {"days_to_pay": 45}}),
        ),
    ),
    Case(
        entity_id="C05",
        report_on=T,
        documents=(
            invoice("I1", "100.00", "2024-01-10", "2024-02-09"),
            payment("P1", "100.00", "2024-02-19", reference="I2"),
            allocation("P1", "I1", "100.00"),
            invoice("I2", "900.00", "2024-01-10", "2024-02-09"),
            payment("P2", "900.00", "2024-03-30", reference="I2"),
        ),
        expected=(
            Kpis({"paid_amount": "100.00", "days_beyond_terms": "10", "weighted_days_to_pay": "40"}),
            ItemColumns({"I1": {"days_late": 10, "days_to_pay": 40}, "I2": {"days_late": None, "is_open": True}}),
        ),
        because="Lateness is from the due day, and of what was matched: a payment that only names an invoice is not.",
    ),
    Case(
        entity_id="C06",
        report_on=T,
        documents=(
            invoice("I1", "10.00", "2024-03-01", "2024-03-31"),
            payment("P1", "10.00", "2024-03-06"),
            allocation("P1", "I1", "10.00"),
            invoice("I2", "100.00", "2024-03-01", "2024-03-31"),
            payment("P2", "100.00", "2024-03-11"),
            allocation("P2", "I2", "100.00"),
        ),
        expected=(
            Kpis({"weighted_days_to_pay": "9.55"}),
            Kpis({"weighted_days_to_pay": Fraction(1050, 110), "paid_amount": "110.00"}),
            ItemColumns({"I1": {"days_to_pay": 5}, "I2": {"days_to_pay": 10}}),
        ),
        because="Weighted by what was paid; the plain mean of 7.5 is no figure of ours.",
    ),
    Case(
        entity_id="C07",
        report_on=T,
        documents=(
            # All due on 15 March: paid ten and five days early, on the day, five and ten days late.
            *(invoice(f"I{number}", f"{number}00.00", "2024-02-14", "2024-03-15") for number in range(1, 6)),
            *(
                payment(f"P{number}", f"{number}00.00", f"2024-03-{15 + days:02}")
                for number, days in ((1, -10), (2, -5), (3, 0), (4, 5), (5, 10))
            ),
            *(allocation(f"P{number}", f"I{number}", f"{number}00.00") for number in range(1, 6)),
        ),
        expected=(
            Kpis(
                {
                    "days_beyond_terms": "3.33",
                    "days_beyond_terms_floored": "4.67",
                    "days_beyond_terms_late_only": "7.78",
                    "late_payment_rate_by_count": "0.4",
                    "late_payment_rate_by_value": "0.6",
                }
            ),
            Kpis(
                {
                    "days_beyond_terms": Fraction(5000, 1500),
                    "days_beyond_terms_floored": Fraction(7000, 1500),
                    "days_beyond_terms_late_only": Fraction(7000, 900),
                    "matured_items_count": 5,
                    "late_items_count": 2,
                    "matured_amount": "1500.00",
                    "late_amount": "900.00",
                }
            ),
            ItemColumns(
                {f"I{number}": {"days_late": days} for number, days in ((1, -10), (2, -5), (3, 0), (4, 5), (5, 10))}
            ),
        ),
    ),
    Case(
        entity_id="D01",
        report_on=T,
        documents=(
            customer("", payment_terms="30_net"),
            invoice("I1", "100.00", "2016-01-22"),
            invoice("I2", "100.00", "2017-01-22", payment_terms="30_net"),
        ),
        expected=(
            ItemColumns(
                {
                    "I1": {"due_on": "2016-02-21", "is_due_on_derived": True},
                    "I2": {"due_on": "2017-02-21", "is_due_on_derived": True},
                }
            ),
        ),
    ),
    Case(
        entity_id="D03",
        report_on=T,
        documents=(invoice("I", "100.00", "2024-03-12", invoiced_on="2024-03-10"),),
        expected=(ItemColumns({"I": {"due_on": "2024-03-10", "is_due_on_derived": True}}),),
        because="Due on the day of the document, which need not be the day it was posted.",
    ),
    Case(
        entity_id="D04",
        report_on=date(2026, 3, 31),
        documents=(
            invoice("I1", "100.00", "2026-03-15", payment_terms="60_net"),
            invoice("I2", "100.00", "2026-03-15", payment_terms="45_eom"),
            invoice("I3", "100.00", "2026-03-15", payment_terms="eom_45"),
        ),
        expected=(
            ItemColumns(
                {
                    "I1": {"due_on": "2026-05-14"},
                    "I2": {"due_on": "2026-04-30"},
                    "I3": {"due_on": "2026-05-15"},
                }
            ),
        ),
    ),
)
