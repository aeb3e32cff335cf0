"""Rulings 11 to 13 of metrics 7: items, what a row knows, late rates and days to pay."""

from __future__ import annotations

from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import T, adjustment, allocation, bounce, credit_note, invoice, payment
from tests.models.expectations import ItemColumns, Kpis

ITEMS = (
    Case(
        entity_id="R11-SETTLED-TWICE",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            payment("P1", "100.00", "2024-02-08"),
            payment("P2", "100.00", "2024-02-24"),
            allocation("P1", "I", "100.00", "2024-02-10", reversed_on="2024-02-15"),
            allocation("P2", "I", "100.00", "2024-02-25"),
        ),
        expected=(
            ItemColumns(
                {
                    "I": {
                        "is_open": False,
                        "open_amount": "0.00",
                        "aging_bucket": None,
                        "settled_on": "2024-02-25",
                        "days_to_pay": 45,
                        "days_late": 15,
                    },
                    "P1": {"is_open": True, "settled_on": None, "days_to_pay": None, "days_late": None},
                }
            ),
        ),
    ),
    Case(
        entity_id="R11-WITHOUT-CASH",
        report_on=T,
        documents=(
            invoice("CREDITED", "100.00", "2024-01-10", "2024-02-09"),
            credit_note("C", "-100.00", "2024-02-01"),
            allocation("C", "CREDITED", "100.00", "2024-03-01"),
            invoice("BOTH", "100.00", "2024-01-10", "2024-02-09"),
            credit_note("C2", "-30.00", "2024-02-20"),
            payment("P2", "70.00", "2024-02-05"),
            allocation("C2", "BOTH", "30.00"),
            allocation("P2", "BOTH", "70.00"),
            invoice("OPEN", "100.00", "2024-01-10", "2024-02-09"),
            payment("P3", "99.00", "2024-02-05"),
            allocation("P3", "OPEN", "99.00"),
        ),
        expected=(
            ItemColumns(
                {
                    "CREDITED": {"settled_on": "2024-03-01", "days_to_pay": None, "days_late": -8},
                    "BOTH": {"settled_on": "2024-02-20", "days_to_pay": 26, "days_late": 11},
                    "OPEN": {"settled_on": None, "days_to_pay": None, "days_late": None, "aging_bucket": "over_120"},
                }
            ),
        ),
        because="A credit speaks by its posting day, not by the day it was matched; cash alone gives days to pay.",
    ),
)

KNOWN_ON_THE_DAY = (
    Case(
        entity_id="R12",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-02-14", "2024-03-15"),
            payment("P", "100.00", "2024-03-10"),
            allocation("P", "I", "100.00", "2024-04-10"),
        ),
        expected=(
            # In March nobody has set the money against the invoice: it is late, and nothing was paid.
            Kpis({"matured_items_count": 1, "late_items_count": 1, "late_amount": "100.00", "paid_amount": "0.00"}),
            # In April it is known, and the receipt day says that it came in time, in 25 days.
            Kpis(
                {
                    "matured_items_count": 1,
                    "late_items_count": 0,
                    "late_amount": "0.00",
                    "paid_amount": "100.00",
                    "weighted_days_to_pay": "25",
                    "days_beyond_terms": "-5",
                },
                ending="2024-04-30",
            ),
            # From June on both the due day and the receipt are before the window.
            Kpis({"matured_items_count": 0, "paid_amount": "0.00", "days_beyond_terms": None}, ending="2024-06-30"),
            Kpis({"late_payment_rate_by_count": None, "late_payment_rate_by_value": None}, ending="2024-06-30"),
        ),
    ),
)

LATENESS = (
    Case(
        entity_id="R13-TOLERANCE",
        report_on=T,
        documents=(
            # The greater of 5 and 0.5 %: 10 of 2000, 5 of 100.
            *(invoice(name, "2000.00", "2024-02-14", "2024-03-15") for name in ("2000-10", "2000-MORE")),
            *(invoice(name, "100.00", "2024-02-14", "2024-03-15") for name in ("100-5", "100-MORE")),
            payment("P", "4169.99", "2024-03-15"),
            allocation("P", "2000-10", "1990.00"),
            allocation("P", "2000-MORE", "1989.99"),
            allocation("P", "100-5", "95.00"),
            allocation("P", "100-MORE", "94.99"),
        ),
        expected=(
            Kpis(
                {
                    "matured_items_count": 4,
                    "late_items_count": 2,
                    "matured_amount": "4200.00",
                    "late_amount": "15.02",
                    "late_payment_rate_by_count": "0.5",
                    "late_payment_rate_by_value": Fraction(1502, 420000),
                }
            ),
        ),
    ),
    Case(
        entity_id="R13-KINDS",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-02-14", "2024-03-15"),
            invoice("DN", "50.00", "2024-02-14", "2024-03-15", document_type="debit_note"),
            invoice("OP", "80.00", "2024-02-14", "2024-03-15", document_type="opening"),
            invoice("OP-NEGATIVE", "-20.00", "2024-02-14", "2024-03-15", document_type="opening"),
            adjustment("AD", "60.00", "2024-03-01"),
            payment("RF", "10.00", "2024-03-01", payment_type="refund"),
            payment("DEPOSIT", "50.00", "2024-03-05", payment_type="deposit"),
            allocation("DEPOSIT", "DN", "50.00"),
            credit_note("C-IN-TIME", "-40.00", "2024-03-15"),
            credit_note("C-LATE", "-60.00", "2024-03-16"),
            allocation("C-IN-TIME", "I", "40.00", "2024-03-20"),
            allocation("C-LATE", "I", "60.00", "2024-03-20"),
        ),
        expected=(
            Kpis(
                {
                    "matured_items_count": 3,
                    "late_items_count": 2,
                    "matured_amount": "230.00",
                    "late_amount": "140.00",
                    # A deposit is cash; credit notes are not payments.
                    "paid_amount": "50.00",
                    "weighted_days_to_pay": "20",
                }
            ),
        ),
    ),
    Case(
        entity_id="R13-BOUNCED",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-02-14", "2024-03-15"),
            payment("P", "100.00", "2024-03-10"),
            allocation("P", "I", "100.00"),
            bounce("BO", "60.00", "2024-03-27", "P"),
        ),
        expected=(
            Kpis({"late_items_count": 0, "paid_amount": "100.00"}, ending="2024-03-24", period="week"),
            Kpis({"late_items_count": 1, "late_amount": "60.00", "paid_amount": "40.00", "weighted_days_to_pay": "25"}),
        ),
    ),
    Case(
        entity_id="R13-WINDOW",
        report_on=T,
        documents=(
            # Due on the row's day: it can still be paid in time, so it has not matured.
            invoice("I", "100.00", "2024-02-14", "2024-03-31"),
            invoice("FEB-29", "300.00", "2024-01-30", "2024-02-29"),
            invoice("MAR-01", "700.00", "2024-01-31", "2024-03-01"),
        ),
        expected=(
            Kpis({"matured_items_count": 2, "matured_amount": "1000.00"}),
            Kpis({"matured_items_count": 3, "matured_amount": "1100.00"}, ending="2024-04-30"),
            # Due and 30 days of grace: 30 March is in March's window, 31 March is its end and not yet.
            Kpis({"seriously_late_amount": "300.00", "seriously_matured_amount": "300.00"}),
            Kpis({"seriously_late_amount": "1100.00", "seriously_late_rate_by_value": "1"}, ending="2024-05-31"),
        ),
    ),
)

LATENESS_CASES = (*ITEMS, *KNOWN_ON_THE_DAY, *LATENESS)
