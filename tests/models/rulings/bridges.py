"""Rulings 16 and 20 of metrics 7: the roll-forward, and bridges from row to row."""

from __future__ import annotations

from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import (
    T,
    adjustment,
    allocation,
    bounce,
    credit_note,
    dispute,
    gl_balance,
    invoice,
    payment,
    rate,
)
from tests.models.expectations import Bridge, RollForward

ROLL_FORWARD = (
    Case(
        entity_id="R16",
        report_on=T,
        documents=(
            invoice("OP", "70.00", "2024-01-31", "2024-01-31", document_type="opening"),
            invoice("JAN", "300.00", "2024-01-31", "2024-02-29"),
            invoice("DN", "30.00", "2024-02-01", "2024-03-02", document_type="debit_note"),
            credit_note("CN", "-40.00", "2024-02-02"),
            payment("P", "90.00", "2024-02-29"),
            payment("DEP", "10.00", "2024-02-29", payment_type="deposit"),
            payment("REF", "5.00", "2024-02-10", payment_type="refund"),
            bounce("B", "90.00", "2024-03-01", "P"),
            invoice("WO", "-12.00", "2024-03-05", "2024-03-05", document_type="write_off"),
            adjustment("ADJ", "2.00", "2024-03-31"),
            invoice("OP2", "-3.00", "2024-03-31", "2024-03-31", document_type="opening"),
            invoice("AUG", "1.00", "2026-08-12", "2026-09-12"),
            allocation("P", "JAN", "90.00"),
            gl_balance("2024-03-31", "331.00"),
        ),
        expected=(
            RollForward({}, ending="2023-12-31"),
            RollForward(
                {
                    "opening_amount": "70.00",
                    "opening_documents_amount": "70.00",
                    "billed_amount": "300.00",
                    "closing_amount": "370.00",
                    "gl_amount": None,
                },
                ending="2024-01-31",
            ),
            RollForward(
                {
                    "opening_amount": "370.00",
                    "billed_amount": "30.00",
                    "credited_amount": "-40.00",
                    "collected_amount": "-100.00",
                    "refunded_amount": "5.00",
                    "bounced_amount": "0.00",
                    "written_off_amount": "0.00",
                    "adjusted_amount": "0.00",
                    "fx_amount": "0.00",
                    "closing_amount": "265.00",
                },
                ending="2024-02-29",
            ),
            # A later opening document counts in the opening of its own month.
            *(
                RollForward(
                    {
                        "opening_amount": "262.00",
                        "opening_documents_amount": "-3.00",
                        "bounced_amount": "90.00",
                        "written_off_amount": "-12.00",
                        "adjusted_amount": "2.00",
                        "closing_amount": "342.00",
                        "gl_amount": "331.00",
                        "explained_amount": "0.00",
                        "unexplained_amount": "-11.00",
                    },
                    basis=basis,
                )
                for basis in ("document", "base")
            ),
            # Nothing happens in April, and it has its row.
            RollForward({"opening_amount": "342.00", "closing_amount": "342.00"}, ending="2024-04-30"),
            # The month of the as-of day closes on it.
            RollForward(
                {
                    "is_complete": False,
                    "as_of_on": "2026-08-12",
                    "opening_amount": "342.00",
                    "billed_amount": "1.00",
                    "closing_amount": "343.00",
                },
                ending="2026-08-31",
            ),
        ),
    ),
    Case(
        entity_id="R16-FX",
        report_on=T,
        documents=(
            rate("2024-02-08", "EUR", "CHF", "0.95"),
            rate("2024-03-08", "EUR", "CHF", "0.95"),
            invoice("I", "100.00", "2024-02-08", "2024-03-09", currency="CHF", base_amount="105.00"),
            # Paid in euros: two exchange events, and 5 that the books kept too much.
            payment("P", "100.00", "2024-03-08"),
            allocation("P", "I", "100.00", credit_amount="100.00"),
        ),
        expected=(
            RollForward(
                {
                    "opening_amount": "100.00",
                    "collected_amount": "0.00",
                    "fx_amount": "-100.00",
                    "closing_amount": "0.00",
                },
                currency="CHF",
            ),
            RollForward(
                {
                    "opening_amount": "0.00",
                    "collected_amount": "-100.00",
                    "fx_amount": "100.00",
                    "closing_amount": "0.00",
                }
            ),
            RollForward(
                {
                    "opening_amount": "105.00",
                    "collected_amount": "-100.00",
                    "fx_amount": "-5.00",
                    "closing_amount": "0.00",
                },
                basis="base",
            ),
        ),
    ),
)

_FEBRUARY = Fraction(91, 1000)
"""Days ÷ sales of December to February; of January to March: 91 ÷ 800."""
_MARCH = Fraction(91, 800)
_MEAN = (_FEBRUARY + _MARCH) / 2

BRIDGES = (
    Case(
        entity_id="R20",
        report_on=T,
        documents=(
            invoice("NOV", "100.00", "2023-11-10", "2023-12-10"),
            invoice("DEC", "600.00", "2023-12-10", "2024-02-09"),
            invoice("JAN", "300.00", "2024-01-10", "2024-03-10"),
            invoice("FEB", "100.00", "2024-02-10", "2024-04-10"),
            invoice("MAR", "400.00", "2024-03-10", "2024-05-10"),
            dispute("D", "JAN", "2024-03-20", amount="50.00"),
            payment("P", "450.00", "2024-03-05"),
            allocation("P", "DEC", "400.00"),
        ),
        expected=(
            # Not due 400 -> 500, overdue 700 -> 600, of which 50 disputed, unapplied 0 -> −50; sales 1000 -> 800.
            Bridge(
                {
                    "terms": 100 * _MEAN,
                    "lateness": -150 * _MEAN,
                    "disputes": 50 * _MEAN,
                    "unapplied": -50 * _MEAN,
                    "sales": Fraction(1100 + 1050, 2) * (_MARCH - _FEBRUARY),
                },
                opening=1100 * _FEBRUARY,
                closing=1050 * _MARCH,
            ),
            Bridge(
                {
                    "newly_overdue": "300.00",
                    "collected": "-400.00",
                    "credited": "0.00",
                    "written_off": "0.00",
                    "adjusted": "0.00",
                    "re_dated": "0.00",
                    "fx": "0.00",
                },
                opening="700.00",
                closing="600.00",
                measure="overdue",
            ),
        ),
    ),
    Case(
        entity_id="R20-DAYS",
        report_on=T,
        documents=(
            invoice("JAN", "910.00", "2023-01-15", "2024-12-31"),
            invoice("FEB", "90.00", "2023-02-15", "2024-12-31"),
        ),
        expected=(
            # November to January are 92 days, December to February 90: d is inside the means.
            Bridge(
                {
                    "terms": 90 * (Fraction(92, 910) + Fraction(90, 1000)) / 2,
                    "lateness": Fraction(0),
                    "disputes": Fraction(0),
                    "unapplied": Fraction(0),
                    "sales": Fraction(910 + 1000, 2) * (Fraction(90, 1000) - Fraction(92, 910)),
                },
                opening=Fraction(92),
                closing=Fraction(90),
                ending="2023-02-28",
            ),
            # The first row has none, nor has one beside a row without sales.
            Bridge({}, ending="2023-01-31"),
            Bridge({}, ending="2023-06-30"),
        ),
    ),
    Case(
        entity_id="R20-BOUNCE",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            # Overdue and paid within March: in both effects.
            invoice("SHORT", "20.00", "2024-02-10", "2024-03-10"),
            payment("P", "100.00", "2024-02-20"),
            allocation("P", "I", "100.00"),
            bounce("B", "60.00", "2024-03-05", "P"),
            payment("P2", "20.00", "2024-03-11"),
            allocation("P2", "SHORT", "20.00"),
            credit_note("CN", "-10.00", "2024-03-12"),
            allocation("CN", "I", "10.00"),
            invoice("WO", "-7.00", "2024-03-31", "2024-03-31", document_type="write_off"),
            allocation("WO", "I", "7.00"),
            adjustment("ADJ", "-3.00", "2024-03-31"),
            allocation("ADJ", "I", "3.00"),
        ),
        expected=(
            Bridge(
                {
                    "newly_overdue": "20.00",
                    "collected": "40.00",
                    "credited": "-10.00",
                    "written_off": "-7.00",
                    "adjusted": "-3.00",
                    "re_dated": "0.00",
                    "fx": "0.00",
                },
                opening="0.00",
                closing="40.00",
                measure="overdue",
            ),
        ),
    ),
    Case(
        entity_id="R20-FX",
        report_on=T,
        documents=(
            rate("2024-01-08", "EUR", "CHF", "0.95"),
            rate("2024-03-06", "EUR", "CHF", "0.95"),
            invoice("I", "3.00", "2024-01-08", "2024-02-07", currency="CHF", base_amount="1.00"),
            payment("P", "1.00", "2024-03-06", currency="CHF", base_amount="0.40"),
            allocation("P", "I", "1.00"),
        ),
        expected=(
            # The item is relieved of 0.33 where the books collect 0.40.
            Bridge(
                {
                    "newly_overdue": "0.00",
                    "collected": "-0.40",
                    "credited": "0.00",
                    "written_off": "0.00",
                    "adjusted": "0.00",
                    "re_dated": "0.00",
                    "fx": "0.07",
                },
                opening="1.00",
                closing="0.67",
                measure="overdue",
            ),
        ),
    ),
)

BRIDGE_CASES = (*ROLL_FORWARD, *BRIDGES)
